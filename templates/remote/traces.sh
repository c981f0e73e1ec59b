# Finds what K3s leaves on a host, besides its files; known from K3s's own k3s-killall.sh and from observation.
LINKS='cni0 flannel.1 flannel-v6.1 flannel-wg flannel-wg-v6 kube-ipvs0'
# flannel's rules have no name, only the pods' network
RULES='KUBE-|CNI-|flannel|kube-router|10\.42\.0\.0/16'

# pids of K3s, its shims and all pods: KillMode=process leaves shims in the unit's cgroup, pods are in kubepods
k3s_pids() {
  of_k3s /proc/[0-9]*/cgroup | sed 's#^/proc/##; s#/cgroup$##'
}

# mounts below K3s's folders, deepest first; never a folder that is itself a mount point, such as a separate disk
k3s_mounts() {
  while read -r _ mount _; do
    case $mount in
    /run/k3s/* | /run/netns/cni-* | /var/lib/kubelet/* | /var/lib/rancher/k3s/*) printf '%s\n' "$mount" ;;
    esac
  done </proc/self/mounts | grep -vxF "$(k3s_disks)" | sort -r -u
}

# network links by name, and the host ends of the pods' veth pairs, which are members of cni0
k3s_links() {
  for link in $LINKS; do
    [ ! -e "/sys/class/net/$link" ] || printf '%s\n' "$link"
  done
  for member in /sys/class/net/cni0/brif/*; do
    [ ! -e "$member" ] || printf '%s\n' "${member##*/}"
  done
}

# the iptables commands to ask; the legacy ones only if they have tables, since asking would load their modules
iptables_commands() {
  for command in iptables ip6tables; do
    ! command -v "$command-save" >/dev/null || printf '%s\n' "$command"
  done
  [ ! -s /proc/net/ip_tables_names ] || ! command -v iptables-legacy-save >/dev/null || echo iptables-legacy
  [ ! -s /proc/net/ip6_tables_names ] || ! command -v ip6tables-legacy-save >/dev/null || echo ip6tables-legacy
}

# left_in FOLDER: prints one thing that is left in it, or the folder itself if empty. Ignores users' data, which is
# counted elsewhere, and mount points, which belong to disks
left_in() {
  find "$1" -xdev -path /var/lib/rancher/k3s/storage -prune -o \( ! -type d -o -empty \) -print | while read -r left; do
    mountpoint -q "$left" || { printf '%s\n' "$left"; break; }
  done
}

# ipset_command: path of the host's own ipset, or of K3s's while that is there
ipset_command() {
  for ipset in "$(command -v ipset)" /var/lib/rancher/k3s/data/*/bin/ipset /var/lib/rancher/k3s/data/*/bin/aux/ipset; do
    [ ! -x "$ipset" ] || { printf '%s\n' "$ipset"; return; }
  done
}

# k3s_ipsets: names of the sets that network policies use; they stay when the rules are removed
k3s_ipsets() {
  ipset=$(ipset_command)
  [ -z "$ipset" ] || "$ipset" list -n 2>/dev/null | grep -E '^(inet6:)?KUBE-'
}

# list_traces PATH...: prints a line for everything that is left
list_traces() {
  for pid in $(k3s_pids); do
    # a process chooses its command line: no control characters of it are printed
    printf 'process %s %s\n' "$pid" "$(tr '\000-\037\177' ' ' <"/proc/$pid/cmdline" | cut -c 1-80)"
  done
  k3s_mounts | sed 's/^/mount /'
  k3s_links | sed 's/^/link /'
  for netns in /run/netns/cni-*; do
    [ ! -e "$netns" ] || printf 'netns %s\n' "$(printf '%s' "${netns##*/}" | tr '\000-\037\177' ' ')"
  done
  for command in $(iptables_commands); do
    lines=$("$command-save" 2>/dev/null | grep -cE "$RULES")
    [ "${lines:-0}" = 0 ] || printf 'rules %s: %s lines\n' "$command" "$lines"
  done
  k3s_ipsets | sed 's/^/ipset /'
  for path in "$@"; do
    # in /tmp anybody can create a file with that name
    case $path in /tmp/k3s-resolv.conf) if [ -h "$path" ] || [ ! -f "$path" ] || [ ! -O "$path" ]; then continue; fi ;; esac
    if [ -d "$path" ] && [ ! -L "$path" ]; then
      [ -z "$(left_in "$path")" ] || printf 'path %s\n' "$path"
    elif [ -e "$path" ] || [ -L "$path" ]; then
      printf 'path %s\n' "$path"
    fi
  done
}
