import type { Distribution } from '../distribution/distribution.ts'
import { distributionOf } from '../distribution/distributions.ts'
import type { Change } from '../engine/change.ts'
import type { Finding, PlanContext, Step } from '../engine/step.ts'
import { gpu } from '../facts/gpu.ts'
import { system } from '../facts/system.ts'
import { sh } from '../sh.ts'
import { bundledDriver, usesBundle } from './bundled-packages.ts'

/** Installs driver and container toolkit on GPU machines. Runs before K3s, which looks for the runtime at its start. */
export const nvidia: Step = {
  id: 'nvidia',
  title: 'Install the NVIDIA driver and container toolkit',
  hosts: ({ cluster }) =>
    cluster.hosts.filter(({ settings }) => settings.has_gpu && settings.install_nvidia_driver),
  facts: () => [gpu, system],
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
      if (!driver && !distributionOf({ os }).nvidiaDriver.ids.includes(os.id))
        return [
          {
            ...found,
            id: 'nvidia-driver',
            message: `${os.name} has no ubuntu-drivers, with which convecthub installs the NVIDIA driver`,
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
  plan: (context) => {
    const { host, facts } = context
    const { driver, runtime } = facts.get(gpu)
    const distribution = distributionOf(facts.get(system))
    const bundled = usesBundle(host)
    const add = bundled ? installBundled : installDriver
    return [
      ...(driver ? [] : add(distribution, context)),
      ...(runtime ? [] : [distribution.install([distribution.packages.nvidiaToolkit], { bundled })]),
    ]
  },
}

/** Installs the driver that the bundle has, since ubuntu-drivers would look for others. */
function installBundled(distribution: Distribution, context: PlanContext): Change[] {
  const names = bundledDriver(context)
  return [
    ...(names.length > 0 ? [distribution.install(names, { bundled: true })] : []),
    {
      kind: 'run',
      sign: '!',
      title: 'load the NVIDIA driver',
      timeoutMs: 120_000,
      script: sh`modprobe nvidia && modprobe nvidia_uvm`,
    },
  ]
}

function installDriver(distribution: Distribution): Change[] {
  const { tool, title, install } = distribution.nvidiaDriver
  return [
    distribution.install([tool]),
    {
      kind: 'run',
      sign: '+',
      title,
      timeoutMs: 30 * 60_000,
      durable: true,
      script: install(),
    },
  ]
}
