# Purges the packages in "$@", which convecthub installed. Keeps and reports those that other packages need by now.
# apt leaves out the architecture of the machine in package names
native=$(dpkg --print-architecture) || exit
gone=
for name in "$@"; do
  name=${name%":$native"}
  case $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) in '' | not-installed) ;; *) gone="$gone $name" ;; esac
done
# shellcheck disable=SC2086 # the names are words
set -- $gone
ours=" $* "
foreign() {
  apt-get -s -q purge "$@" 2>/dev/null | sed -n 's/^Purg \([^ ]*\).*/\1/p; s/^Remv \([^ ]*\).*/\1/p' |
    while read -r name; do case $ours in *" $name "*) ;; *) printf '%s\n' "$name" ;; esac; done
}
[ "$#" = 0 ] || wait_for_lock
if [ "$#" -gt 0 ] && [ -n "$(foreign "$@")" ]; then
  gone=
  for name in "$@"; do
    needed=$(foreign "$name" | tr '\n' ' ')
    if [ -n "$needed" ]; then
      printf 'kept %s: %sneeds it\n' "$name" "$needed"
      sed -i "/^package $name\$/d; /^package $name:$native\$/d" /var/lib/convecthub/owned
    else
      gone="$gone $name"
    fi
  done
  # shellcheck disable=SC2086 # the names are words
  set -- $gone
fi
[ "$#" = 0 ] || apt purge "$@"
