# Installs the packages in "$@"; "a|b" stands for the first of both that apt knows.
known() { apt-cache policy "$1" | grep -q 'Candidate: [0-9]'; }
choose() {
  chosen=
  for name in "$@"; do
    while [ "$name" != "${name#*|}" ] && ! known "${name%%|*}"; do name=${name#*|}; done
    chosen="$chosen ${name%%|*}"
  done
}

# finds what is to be installed and fetches it all, before anything is installed
fetch() {
  choose "$@"
  # shellcheck disable=SC2086 # the names are words
  set -- $chosen
  wait_for_lock
  simulated=$(apt-get -s -q install --no-install-recommends "$@" 2>&1) || { printf '%s\n' "$simulated"; return 100; }
  apt install --no-install-recommends --download-only "$@"
}

# our own job may have been cut by a power failure; what others left broken was refused by preflight
[ -z "$(dpkg --audit)" ] || { wait_for_lock && dpkg --configure -a; } || exit 1
# the lists may be of a time when the mirror had other files
if ! fetch "$@"; then
  echo 'not all of it could be fetched, so the package lists are read anew'
  apt update || { echo 'the package lists could not be updated'; exit 100; }
  fetch "$@" || exit
fi
[ -d /var/lib/convecthub ] || mkdir -m 700 /var/lib/convecthub || exit
printf '%s\n' "$simulated" | sed -n 's/^Inst \([^ ]*\) (.*/package \1/p' >>/var/lib/convecthub/owned || exit
# shellcheck disable=SC2086 # the names are words
apt install --no-install-recommends $chosen || exit
