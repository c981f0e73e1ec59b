import type { Change } from '../engine/change.ts'
import type { Finding, Step } from '../engine/step.ts'
import { gpu } from '../facts/gpu.ts'
import { installedPackage } from '../facts/packages.ts'
import { system } from '../facts/system.ts'
import { rawSh } from '../sh.ts'
import { template } from '../templates.ts'

const TOOLKIT = 'nvidia-container-toolkit'

/** Driver and container toolkit on machines with a GPU; before K3s, which looks for the runtime when it starts. */
export const nvidia: Step = {
  id: 'nvidia',
  title: 'Install the NVIDIA driver and container toolkit',
  hosts: ({ cluster }) =>
    cluster.hosts.filter(({ settings }) => settings.has_gpu && settings.install_nvidia_driver),
  facts: () => [gpu, system, installedPackage(TOOLKIT)],
  check: (contexts) =>
    contexts.flatMap(({ host, facts }): Finding[] => {
      const { cards, nouveau, driver } = facts.get(gpu)
      const found = { level: 'error' as const, host: host.name }
      if (cards.length === 0)
        return [
          {
            ...found,
            id: 'gpu',
            message: 'has_gpu is true, but there is no NVIDIA card on its PCI bus',
            hint: 'set has_gpu=false, or look at `lspci`',
          },
        ]
      const { os } = facts.get(system)
      if (!driver && os.id !== 'ubuntu')
        return [
          {
            ...found,
            id: 'nvidia-driver',
            message: `${os.name} has no ubuntu-drivers, by which convecthub installs the NVIDIA driver`,
            hint: 'install the driver yourself and reboot, then again; with install_nvidia_driver=false the container toolkit is left to you, too',
          },
        ]
      if (nouveau && !driver)
        return [
          {
            ...found,
            id: 'nouveau',
            message: 'the kernel module nouveau holds the card',
            hint: 'blacklist it (options nouveau modeset=0), update-initramfs -u, reboot; then again',
          },
        ]
      return []
    }),
  plan: ({ facts }) => {
    const { driver, runtime } = facts.get(gpu)
    return [...(driver ? [] : installDriver()), ...(runtime ? [] : [toolkit])]
  },
}

const toolkit: Change = { kind: 'packages', sign: '+', title: `install ${TOOLKIT}`, names: [TOOLKIT] }

/** Ubuntu's own choice of server driver: signed modules, no X. */
function installDriver(): Change[] {
  return [
    { kind: 'packages', sign: '+', title: 'install ubuntu-drivers-common', names: ['ubuntu-drivers-common'] },
    {
      kind: 'run',
      sign: '+',
      title: 'install the NVIDIA driver that ubuntu-drivers chooses for servers',
      timeoutMs: 30 * 60_000,
      durable: true,
      script: rawSh(template('remote/apt.sh') + template('remote/nvidia-driver.sh')),
    },
  ]
}
