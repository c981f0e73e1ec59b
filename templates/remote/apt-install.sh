# "a|b" stands for the first of both that apt knows
known() { apt-cache policy "$1" | grep -q 'Candidate: [0-9]'; }
chosen=
for name in "$@"; do
  while [ "$name" != "${name#*|}" ] && ! known "${name%%|*}"; do name=${name#*|}; done
  chosen="$chosen ${name%%|*}"
done
# shellcheck disable=SC2086 # the names are words
set -- $chosen
# our own job may have been cut by a power failure; what others left broken was refused by preflight
[ -z "$(dpkg --audit)" ] || { wait_for_lock && dpkg --configure -a; } || exit 1
if ! apt-get -s -q install --no-install-recommends "$@" >/dev/null 2>&1; then
  apt update || { echo 'the package lists could not be updated'; exit 100; }
fi
wait_for_lock
simulated=$(apt-get -s -q install --no-install-recommends "$@") || { printf '%s\n' "$simulated"; exit 100; }
[ -d /var/lib/convecthub ] || mkdir -m 700 /var/lib/convecthub || exit
printf '%s\n' "$simulated" | sed -n 's/^Inst \([^ ]*\) (.*/package \1/p' >>/var/lib/convecthub/owned || exit
apt install --no-install-recommends "$@" || exit
