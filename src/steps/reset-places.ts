import type { Desired } from '../engine/step.ts'
import { DOCKER_PATHS, K3S_FOLDERS, LOCK, NO_RESTART_FOLDER, RUN } from '../layout.ts'

/** What goes with the next boot. */
export const RUN_PATHS = [RUN, LOCK, NO_RESTART_FOLDER]

/** The folders in which something may be left, for the audit. */
export const OWN_PATHS: readonly string[] = [...K3S_FOLDERS, ...DOCKER_PATHS]

/** The machines that a reset works on. */
export const theHosts = ({ cluster, leaving }: Desired) => leaving?.hosts ?? cluster.hosts
