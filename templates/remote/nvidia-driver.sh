# Runs after apt.sh as a job: installs the driver that ubuntu-drivers chooses, and records the new packages.
# ubuntu-drivers calls apt itself, so the package lists are updated first, and apt is told to wait for locks.
apt update || { echo 'the package lists could not be updated'; exit 100; }
work=$(mktemp -d -p /run/convecthub) || exit
trap 'rm -rf "$work"' EXIT
printf '%s\n' 'DPkg::Lock::Timeout "600";' 'Dpkg::Options { "--force-confold"; };' >"$work/apt.conf"
packages() { dpkg-query -W -f '${binary:Package}\n' | sort; }
packages >"$work/before"
wait_for_lock
APT_CONFIG=$work/apt.conf ubuntu-drivers install --gpgpu
code=$?
packages >"$work/after"
comm -13 "$work/before" "$work/after" | sed 's/^/package /' >>/var/lib/convecthub/owned || exit
[ "$code" = 0 ] || exit "$code"
modprobe nvidia && modprobe nvidia_uvm
