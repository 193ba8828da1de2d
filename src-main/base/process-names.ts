import { newId } from './ids.ts'
import { isProcessAlive } from './process-alive.ts'
import { processSpace } from './process-space.ts'

/** Names of this very process. */
const ours = new Set<string>()

/** Names one part of one process: `pid@space#id`. */
export function newProcessName(): string {
  const name = `${process.pid}@${processSpace()}#${newId()}`
  ours.add(name)
  return name
}

export function forgetProcessName(name: string): void {
  ours.delete(name)
}

/**
 * Those of `names` whose processes are known to be gone: they lived where this process can see whether they live. Of other machines and
 * containers nobody knows: their leases lapse.
 */
export function deadProcesses(names: readonly string[]): string[] {
  return names.filter((name) => {
    const [, pid, space] = /^(\d+)@(.*)#/.exec(name) ?? []
    if (pid === undefined || space !== processSpace() || ours.has(name)) return false
    // Our own number on a name that is not ours: an earlier process had it.
    return Number(pid) === process.pid || !isProcessAlive(Number(pid))
  })
}
