/** Packages that convecthub installs by name. */
export const PACKAGES_BY_NAME = {
  base: ['ca-certificates', 'curl', 'iptables', 'conntrack'],
  appArmor: 'apparmor',
  docker: ['docker-ce', 'docker.io'],
  nvidiaToolkit: 'nvidia-container-toolkit',
} as const

/** IDs of os-release(5) where there is ubuntu-drivers, which picks Ubuntu's server driver: signed modules, no X. */
export const DRIVER_IDS: readonly string[] = ['ubuntu']
