# Installs the packages in "$@"; "a|b" means the first of the two that apt knows.

# downloads the packages and their dependencies before anything is installed; lists them in $simulated
fetch() {
  chosen=$(choose "$@")
  # shellcheck disable=SC2086 # the names are words
  set -- $chosen
  wait_for_lock
  simulated=$(apt-get -s -q install --no-install-recommends "$@" 2>&1) || { printf '%s\n' "$simulated"; return 100; }
  apt install --no-install-recommends --download-only "$@"
}

# repairs what an interrupted job of ours left; preflight has refused what others left broken
[ -z "$(dpkg --audit)" ] || { wait_for_lock && dpkg --configure -a; } || exit 1
# the package lists may be older than the files on the mirror
if ! fetch "$@"; then
  echo 'not all of it could be fetched, so the package lists are read anew'
  apt update || { echo 'the package lists could not be updated'; exit 100; }
  fetch "$@" || exit
fi
[ -d /var/lib/convecthub ] || mkdir -m 700 /var/lib/convecthub || exit
printf '%s\n' "$simulated" | sed -n 's/^Inst \([^ ]*\) (.*/package \1/p' >>/var/lib/convecthub/owned || exit
# shellcheck disable=SC2086 # the names are words
apt install --no-install-recommends $chosen || exit
