# of_k3s FILE...: prints those of these /proc/PID/cgroup files that belong to K3s, its shims and pods. Only matches
# cgroups that root alone can create: a user's own systemd may have a k3s.service as well
of_k3s() {
  grep -lE '^[0-9]+:[^:]*:/(system\.slice/(k3s|k3s-agent)\.service|kubepods)' "$@" 2>/dev/null
}

# k3s_disks: the folders of K3s that may be separate disks, for users' data and for images
k3s_disks() {
  printf '%s\n' /var/lib/rancher/k3s/storage /var/lib/rancher/k3s/agent
}
