import { RANCHER } from '../layout.ts'
import type { Pages } from './page.ts'

/** Pages for what the check of the machines finds on each of them. Nothing was changed on any machine. */
export const FINDING_PAGES = {
  os: {
    means: 'The system of the machine is older than what convecthub supports, or another one.',
    causes: 'Not Ubuntu 16.04 or newer, nor Debian 9 or newer.',
    fix: 'Install a supported system. `--ignore-preflight os` tries it all the same.',
  },
  cpu: {
    means: 'The machine has fewer than 2 processor cores.',
    causes: 'A small virtual machine.',
    fix: 'Give it more. `--ignore-preflight cpu` goes on; the hub may be slow.',
  },
  memory: {
    means: 'The machine has less than 4 GiB of memory.',
    causes: 'A small virtual machine.',
    fix: 'Give it more. `--ignore-preflight memory` goes on; notebooks may be killed when memory runs out.',
  },
  disk: {
    means:
      'The file system for K3s is smaller than 10 GiB, or has less than 1 GiB free; or what is sent, with its images unpacked, does not fit on one of the file systems.',
    causes: '/var is a small partition, or full of logs or images.',
    fix: `Free some room, enlarge it, or mount a larger disk at ${RANCHER}. \`--ignore-preflight disk\` goes on.`,
  },
  'image-archive': {
    means:
      'A running K3s must be given a compressed archive of images, and neither its containerd nor the machine can decompress it.',
    causes: 'A .tar.zst for a K3s before 1.31.6, on a machine without zstd.',
    fix: 'Install the program that the hint names, or put the archive into the bundle as .tar or .tar.gz.',
  },
  noexec: {
    means: 'A folder that programs are run from lies on a file system mounted with noexec.',
    causes: 'Hardening rules for /var or /usr/local.',
    fix: 'Run the `mount -o remount,exec` command of the hint and change /etc/fstab, or mount a file system of its own there.',
  },
  systemd: {
    means: 'The machine does not run systemd, which starts K3s and keeps it running.',
    causes: 'A container, or another init system.',
    fix: 'Use a machine with systemd: `ps -p 1 -o comm=` prints systemd there.',
  },
  tools: {
    means: 'A basic program is missing on the machine, such as ip, flock or sha256sum.',
    causes: 'A very small installation.',
    fix: '`apt install iproute2 util-linux coreutils systemd` on the machine.',
  },
  apt: {
    means: 'The machine has no apt-get, which installs the packages.',
    causes: 'Not Debian or Ubuntu, or a container image without it.',
    fix: 'Use Ubuntu or Debian.',
  },
  dpkg: {
    means:
      'An earlier installation of packages was interrupted, and apt refuses to work until that is repaired.',
    causes: 'A power cut or reboot during apt.',
    fix: '`sudo dpkg --configure -a` on the machine, then run the same command again.',
  },
  packages: {
    means:
      'The machine is to get packages from the bundle (apt_repo=bundle), which lacks some or all of them.',
    causes:
      'bundle.yaml does not name the release, architecture or kernel of the machine, or the bundle was pulled before it did.',
    fix: 'Add the line of the hint to bundle.yaml, run `convecthub bundle pull` where there is internet, and bring the bundle again. Or take apt_repo out, where the machine has a mirror.',
  },
  'apt-source': {
    means:
      'The machine already has a line for the package source of docker_repo that conflicts with the one convecthub adds; apt would read neither.',
    causes: 'Docker was set up by hand, with another key or component.',
    fix: 'Change that line as the hint says, which is then used as it is, or take it out.',
  },
  'apt-key': {
    means: 'reset kept a key for apt, because a package source that convecthub did not write names it.',
    causes: 'Somebody added a source that uses the same key.',
    fix: 'The `grep` command of the hint shows it; take both away if nobody needs them.',
  },
  clock: {
    means:
      'The clock of the machine differs from the others by more than 30 seconds; certificates would not be valid.',
    causes: 'No time server is reachable, or a virtual machine was resumed.',
    fix: 'Set it with `sudo date -s`, or point all machines at one time server.',
  },
  interface: {
    means: 'The network interface that the cluster should use has no IPv4 address.',
    causes: 'my_iface is misspelt, or the interface is down.',
    fix: 'Set my_iface to one that the hint lists; `ip -4 addr` on the machine shows them.',
  },
  address: {
    means: 'Two machines have the same address on the private network.',
    causes:
      'my_iface is an interface that is alike everywhere, such as docker0 or a NAT, or an address was given twice.',
    fix: 'Set my_iface to the interface on the private network, on each machine.',
  },
  'node-address': {
    means:
      'A driver was reached by SSH at an address that it does not have itself; the other machines would be sent to another one.',
    causes: 'NAT or a forwarded port, a wrong my_iface, or several networks.',
    fix: 'Set my_iface to the interface on which the other machines reach it. With my_iface set, this is only a warning.',
  },
  hostname: {
    means:
      'Two machines have the same hostname. Nodes are named after the inventory, so it does no harm to the cluster.',
    causes: 'Cloned machines.',
    fix: '`sudo hostnamectl set-hostname NAME` on one of them.',
  },
  'machine-id': {
    means: 'The machine has no /etc/machine-id, or the same as another one.',
    causes: 'A cloned virtual machine.',
    fix: '`sudo rm /etc/machine-id && sudo systemd-machine-id-setup`, then reboot.',
  },
  port: {
    means: 'Another program listens on a port that the hub or K3s needs. The message names both.',
    causes: 'A web server on port 80 or 443, or another Kubernetes.',
    fix: 'Stop that program, or choose other ports for the hub with http_port and https_port.',
  },
  'foreign-k3s': {
    means: 'K3s is on the machine, and convecthub did not put it there. It is not touched.',
    causes: 'K3s was installed by hand or by another tool.',
    fix: 'Uninstall it with k3s-uninstall.sh or k3s-agent-uninstall.sh, after saving what you need.',
  },
  bundle: {
    means:
      'The bundle lacks something for the processor or the system of this machine: K3s, Helm, an image, packages.',
    causes: 'An arm64 machine, and a bundle made for amd64 only.',
    fix: 'Write the line of the hint into bundle.yaml, and run `convecthub bundle pull FOLDER` where there is internet. By hand: put the file (k3s-arm64) into the bundle, and write its lock again.',
  },
  registry: {
    means:
      'The machine is in the group [registry], and the bundle has no registry program for its processor.',
    causes: 'The bundle was made without the line `registry` in bundle.yaml, or for another architecture.',
    fix: 'Add `registry: v3.0.0` to bundle.yaml and run `convecthub bundle pull`, or take the group [registry] out. `--ignore-preflight registry` goes on without a registry: every machine gets its images from the bundle.',
  },
  'registry-images': {
    means:
      'The image registry cannot serve the images of an archive of the bundle. Machines that need these images get the archive itself.',
    causes:
      'An archive of `docker save`, which has no manifests; or one that is compressed with zstd, and the program zstd is not on the machine with the registry.',
    fix: 'Install zstd there, or list the images in bundle.yaml: `convecthub bundle pull` makes archives that can be served. Otherwise nothing needs to be done.',
  },
  gpu: {
    means: 'has_gpu is true, but the machine has no NVIDIA card on its PCI bus.',
    causes: 'The wrong machine in the inventory, or a card that is not passed through to a virtual machine.',
    fix: '`lspci | grep -i nvidia` on the machine. Set has_gpu=false if there is none.',
  },
  nouveau: {
    means: 'The kernel module nouveau holds the NVIDIA card, so that the driver cannot be loaded.',
    causes: 'The default driver of the system.',
    fix: 'Write `options nouveau modeset=0` and `blacklist nouveau` into a file in /etc/modprobe.d, run `update-initramfs -u`, and reboot.',
  },
  'nvidia-driver': {
    means: 'convecthub cannot install the NVIDIA driver on this system.',
    causes: 'It uses ubuntu-drivers, which only Ubuntu has.',
    fix: 'Install the driver yourself and reboot. install_nvidia_driver=false leaves driver and container toolkit to you.',
  },
} as const satisfies Pages
