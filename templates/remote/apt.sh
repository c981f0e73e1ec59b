# Prepended to jobs that call apt: they wait while another process holds dpkg's lock.
DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=a
export DEBIAN_FRONTEND NEEDRESTART_MODE

# opens FILE PID: whether the process has the file open; compares files, as inode numbers repeat on other disks
opens() {
  for fd in "/proc/$2/fd"/*; do
    # shellcheck disable=SC3013 # dash and busybox know it as well
    [ ! "$fd" -ef "$1" ] || return 0
  done
  return 1
}

# holder: prints the command line of the root process that holds a lock of dpkg or apt (fcntl locks, which flock(1)
# does not see). Any user can take locks: when the table gets too long to read in time, apt itself waits for its lock
holder() {
  set --
  for lock in /var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/lib/apt/lists/lock /var/cache/apt/archives/lock; do
    [ ! -e "$lock" ] || set -- "$@" "$lock"
  done
  [ "$#" != 0 ] || return 1
  inodes=$(stat -c %i "$@" | tr '\n' '|')
  found=$(timeout 5 grep -E " WRITE +[0-9]+ [0-9a-f]+:[0-9a-f]+:(${inodes%|}) " /proc/locks | head -n 100 |
    while read -r _ _ _ _ pid _; do
      [ -O "/proc/$pid" ] || continue
      for lock; do
        if opens "$lock" "$pid"; then
          printf '%s (pid %s)\n' "$(tr '\000-\037\177' ' ' <"/proc/$pid/cmdline" | cut -c 1-100)" "$pid"
          exit
        fi
      done
    done)
  [ -n "$found" ] && printf '%s\n' "$found"
}

wait_for_lock() {
  told=
  deadline=$(($(date +%s) + 900))
  while held=$(holder); do
    [ "$held" = "$told" ] || printf 'waiting for the dpkg lock, held by: %s\n' "$held"
    told=$held
    if [ "$(date +%s)" -ge "$deadline" ]; then
      printf 'the dpkg lock was not freed within 15 minutes; held by: %s\n' "$held"
      exit 75
    fi
    sleep 1
  done
}

apt() {
  wait_for_lock
  apt-get -y -q -o DPkg::Lock::Timeout=600 -o Dpkg::Options::=--force-confold -o Dpkg::Use-Pty=0 "$@"
}

# choose NAME...: prints the names as words; of "a|b" the first that apt knows
choose() {
  for name in "$@"; do
    while [ "$name" != "${name#*|}" ] && ! known "${name%%|*}"; do name=${name#*|}; done
    printf '%s ' "${name%%|*}"
  done
}

known() { apt-cache policy "$1" | grep -q 'Candidate: [0-9]'; }
