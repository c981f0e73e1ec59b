import type { Desired } from '../engine/step.ts'
import { DOCKER_PATHS, K3S_FOLDERS, LOCK, NO_RESTART_FOLDER, REGISTRY_DATA, RUN } from '../layout.ts'

/** convecthub's paths that a reboot clears. */
export const RUN_PATHS = [RUN, LOCK, NO_RESTART_FOLDER]

/** The paths where the audit looks for leftovers. */
export const OWN_PATHS: readonly string[] = [...K3S_FOLDERS, ...DOCKER_PATHS, REGISTRY_DATA]

/** The machines that are reset. */
export const resetHosts = ({ cluster, leaving }: Desired) => leaving?.hosts ?? cluster.hosts
