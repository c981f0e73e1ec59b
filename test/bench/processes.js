import { readdirSync, readFileSync } from 'node:fs'

/** Ends processes and all that they started, by their ids. @param {readonly number[]} pids */
export function endTrees(pids) {
  const children = childrenByParent()
  const all = [...pids]
  // grows while it is walked
  for (const pid of all) all.push(...(children.get(pid) ?? []))
  for (const pid of all) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // it ended by itself meanwhile
    }
  }
}

/** Whether one of them has started something that has not ended. @param {readonly number[]} pids */
export function haveChildren(pids) {
  const children = childrenByParent()
  return pids.some((pid) => children.has(pid))
}

function childrenByParent() {
  /** @type {Map<number, number[]>} */
  const children = new Map()
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    const parent = parentOf(name)
    children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  return children
}

/** 0 for a process that is gone. */
function parentOf(pid) {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  } catch {
    return 0
  }
}
