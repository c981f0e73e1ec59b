# Runs behind apt.sh as a job: installs the driver that ubuntu-drivers chooses, and records what came with it.
# It calls apt by itself: what it fetches must be what the lists of now name, and it has to wait for locks as we do.
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
