# Kills K3s's processes and removes what list_traces lists. The units must be stopped and disabled before.
tries=0
while pids=$(k3s_pids) && [ -n "$pids" ] && [ "$tries" -lt 50 ]; do
  # shellcheck disable=SC2086 # the pids are words
  kill -s KILL $pids 2>/dev/null
  tries=$((tries + 1))
  sleep 0.1
done
# an unmount can uncover another mount below it
for _ in 1 2 3; do
  k3s_mounts | while read -r mount; do umount "$mount" 2>/dev/null || umount -l "$mount"; done
done
for netns in /run/netns/cni-*; do
  [ ! -e "$netns" ] || ip netns delete "${netns##*/}"
done
for link in $(k3s_links); do
  ip link delete "$link" 2>/dev/null
done
# filtered by line, since the tables may contain rules of others
for command in $(iptables_commands); do
  "$command-save" | grep -vE "$RULES" | "$command-restore"
done
for set in $(k3s_ipsets); do
  "$(ipset_command)" destroy "$set"
done
