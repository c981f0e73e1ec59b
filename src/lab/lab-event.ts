/** What the lab is busy with when it reports. */
export type LabTask = 'engine' | 'image' | 'network' | 'machines' | 'ssh' | 'files' | 'bundle' | 'down'

/** One line of progress; `done` of `total` where something is counted. */
export interface LabEvent {
  task: LabTask
  text: string
  done?: number
  total?: number
}

export type Emit = (event: LabEvent) => void
