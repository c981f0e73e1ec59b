import { bundleKind } from '../artifacts/bundle-kind.ts'
import { engineError, engineState } from './docker-engine.ts'
import { labIdentity, labPaths } from './lab-identity.ts'
import { networkSubnet } from './lab-network.ts'
import { namedMachines } from './plan-machines.ts'
import { sshdAnswers } from './prepare-machine.ts'
import { machineStates } from './start-machine.ts'

/** The current state of a machine. */
export interface MachineStatus {
  name: string
  address: string
  /** Docker's state of the container, such as `running` or `exited`. */
  state: string
  sshd: boolean
}

export interface LabStatus {
  machines: MachineStatus[]
  /** The bundle beside the inventory: none, the lab's stand-in, or a real one. */
  bundle: ReturnType<typeof bundleKind>
}

/** The state of a lab's machines. The list is empty when there is no such lab. */
export async function labStatus(stateDir: string): Promise<LabStatus> {
  const lab = labIdentity(stateDir)
  const engine = await engineState()
  if (engine.state !== 'up') throw engineError(engine.state, engine.evidence)
  const states = await machineStates(lab)
  const subnet = await networkSubnet(lab)
  const machines = await Promise.all(
    namedMachines(states.keys(), subnet ?? '0.0.0.0/24').map(async ({ name, address }) => {
      const state = states.get(name) as string
      return { name, address, state, sshd: state === 'running' && (await sshdAnswers(address)) }
    }),
  )
  return { machines, bundle: bundleKind(labPaths(lab.stateDir).bundle) }
}
