#!/bin/sh
# First process of a lab machine: makes a container look enough like a machine for systemd, then becomes systemd.
set -u

# Without --privileged Docker mounts these read-only; systemd and K3s make cgroups below each controller.
for mount in /sys/fs/cgroup /sys/fs/cgroup/*/; do
  mount -o remount,bind,rw "${mount%/}" 2>/dev/null
done
mount -o remount,rw /sys 2>/dev/null
# containerd and the kubelet need mounts that spread.
mount --make-rshared /

# Each machine has an identity of its own, made once.
if [ ! -s /etc/machine-id ]; then
  tr -d - </proc/sys/kernel/random/uuid >/etc/machine-id
fi
ssh-keygen -A >/dev/null

exec /sbin/init "$@"
