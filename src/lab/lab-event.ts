/** The part of the work that a progress event belongs to. */
export type LabTask = 'engine' | 'image' | 'network' | 'machines' | 'ssh' | 'files' | 'bundle' | 'down'

/** One line of progress. With `done` and `total` when items are counted. */
export interface LabEvent {
  task: LabTask
  text: string
  done?: number
  total?: number
}

export type Emit = (event: LabEvent) => void
