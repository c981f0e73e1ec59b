import { apt } from '../facts/apt.ts'
import { installedPackage } from '../facts/packages.ts'
import { recordedPackages } from '../facts/recorded-packages.ts'
import { rawSh, sh } from '../sh.ts'
import { template } from '../templates.ts'
import { askedFor, debianBundle, ONLY_BUNDLE } from './debian-bundle.ts'
import { DRIVER_IDS, PACKAGES_BY_NAME } from './debian-packages.ts'
import { debianSources } from './debian-sources.ts'
import type { Distribution } from './distribution.ts'

/** Packages that convecthub installs by name. Any other came as a dependency, and apt marks it as automatic. */
const ASKED =
  /^(ca-certificates|curl|iptables|conntrack|apparmor|docker-ce|docker\.io|nvidia-container-toolkit|ubuntu-drivers-common)$|^linux-headers-|^(lib)?nvidia-|^linux-(modules|objects|signatures)-nvidia-|^xserver-xorg-video-nvidia-/

/** Packages that a machine needs to boot and to be reached. They are never removed, whatever the record says. */
const NEEDED =
  /^(openssh-(server|client|sftp-server)|sudo(-rs)?|systemd(-.*)?|udev|init|apt|dpkg|bash|dash|coreutils|login|passwd|libc6|network-manager|netplan\.io|ifupdown|dhcpcd.*|isc-dhcp-client|cloud-init|initramfs-tools.*|grub.*|linux-image-.*)$/

/** Debian and Ubuntu, which use apt and dpkg. */
export const debian: Distribution = {
  // Ubuntu's is from the guide; Debian's is of the same age
  oldest: { ubuntu: 16.04, debian: 9 },
  supported: 'Ubuntu 16.04 or newer (or Debian 9 or newer)',
  like: ['debian', 'ubuntu'],
  manager: {
    fact: apt,
    missing: { id: 'apt', message: 'there is no apt-get', hint: 'Ubuntu or Debian is needed' },
    broken: {
      id: 'dpkg',
      message: 'dpkg was interrupted',
      hint: 'run `sudo dpkg --configure -a` on it',
    },
  },
  packages: PACKAGES_BY_NAME,
  nvidiaDriver: {
    ids: DRIVER_IDS,
    tool: 'ubuntu-drivers-common',
    title: 'install the NVIDIA driver that ubuntu-drivers chooses for servers',
    install: () => rawSh(template('remote/apt.sh') + template('remote/nvidia-driver.sh')),
  },
  bundled: debianBundle,
  sources: debianSources,
  installed: installedPackage,
  recorded: recordedPackages,
  isOwn({ name, auto, essential }) {
    const [bare = ''] = name.split(':', 1)
    return ASKED.test(bare) || (auto && !essential && !NEEDED.test(bare))
  },
  install: (names, { title, bundled = false } = {}) => {
    const asked = askedFor(names)
    const from = bundled ? ' from the bundle' : ''
    const script = sh`${bundled ? ONLY_BUNDLE : rawSh(':')}
set -- ${asked}
${rawSh(template('remote/apt.sh'))}
${rawSh(template('remote/apt-install.sh'))}`
    return {
      kind: 'packages',
      sign: '+',
      title: title ?? `install ${asked.join(', ')}${from}`,
      names,
      script,
    }
  },
  purge: (names) => sh`set -- ${[...names]}
${rawSh(template('remote/apt.sh'))}
${rawSh(template('remote/apt-purge.sh'))}`,
}
