import { readdirSync, readFileSync } from 'node:fs'

/** Ends processes and all their descendants. @param {readonly number[]} pids */
export function endTrees(pids) {
  const children = childrenByParent()
  const all = [...pids]
  // the list grows during the loop
  for (const pid of all) all.push(...(children.get(pid) ?? []))
  for (const pid of all) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // it has already ended
    }
  }
}

/** Whether one of the processes has running children. @param {readonly number[]} pids */
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

/** The parent of a process; 0 if the process has ended. */
function parentOf(pid) {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  } catch {
    return 0
  }
}
