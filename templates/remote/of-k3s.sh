# of_k3s FILE...: which of these /proc/PID/cgroup are those of K3s, its shims and pods. Only by cgroups that root alone
# can make: a user's own manager may have a k3s.service, too
of_k3s() {
  grep -lE '^[0-9]+:[^:]*:/(system\.slice/(k3s|k3s-agent)\.service|kubepods)' "$@" 2>/dev/null
}
