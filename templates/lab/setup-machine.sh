#!/bin/sh
# Turns a root file system with the lab's packages into a lab machine. Runs once, while the image is built.
set -eu

id lab >/dev/null 2>&1 || useradd --create-home --shell /bin/bash lab
install -d -m 0700 -o lab -g lab /home/lab/.ssh
echo 'lab ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/lab
chmod 0440 /etc/sudoers.d/lab

# sshd takes the first value that it reads, and old releases have no sshd_config.d.
{
  printf '%s\n' 'PermitRootLogin no' 'PasswordAuthentication no' 'ChallengeResponseAuthentication no' 'UseDNS no'
  cat /etc/ssh/sshd_config
} >/etc/ssh/sshd_config.new
mv /etc/ssh/sshd_config.new /etc/ssh/sshd_config

# Consoles and binary formats belong to the machine below.
for unit in getty.target console-getty.service getty@.service systemd-udevd.service systemd-udev-trigger.service \
  systemd-binfmt.service proc-sys-fs-binfmt_misc.automount; do
  ln -sf /dev/null "/etc/systemd/system/$unit"
done
# A lab is cheap, so nothing runs by the clock.
rm -f /etc/systemd/system/timers.target.wants/*
ln -sf /lib/systemd/system/multi-user.target /etc/systemd/system/default.target

# Base images forbid services to start when a package is installed; machines do not.
rm -f /usr/sbin/policy-rc.d

# What must differ between machines is made when each first starts.
rm -f /etc/ssh/ssh_host_*
# Docker mounts over this one while it builds.
rm -f /etc/hostname 2>/dev/null || :
: >/etc/machine-id
rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/apt/archives/*.deb /var/log/*.log /var/log/apt
rm -rf /usr/share/doc/* /usr/share/man/* /usr/share/info/* /usr/share/locale/*
rm -f "$0"
