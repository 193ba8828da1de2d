import { newId } from '../../base/ids.ts'
import { isProcessAlive } from '../../base/process-alive.ts'
import { processSpace } from '../../base/process-space.ts'

/** Runners of this very process. */
const ours = new Set<string>()

/** Names one engine of one process: `pid@space#id`. */
export function newRunnerId(): string {
  const id = `${process.pid}@${processSpace()}#${newId()}`
  ours.add(id)
  return id
}

export function forgetRunner(id: string): void {
  ours.delete(id)
}

/**
 * Those of `runners` that are known to be gone: they lived where this process can see whether they live. Of other machines and
 * containers that use the same store nobody knows: their leases lapse.
 */
export function deadRunners(runners: readonly string[]): string[] {
  return runners.filter((runner) => {
    const [, pid, space] = /^(\d+)@(.*)#/.exec(runner) ?? []
    if (pid === undefined || space !== processSpace() || ours.has(runner)) return false
    // Our own number on a name that is not ours: an earlier process had it.
    return Number(pid) === process.pid || !isProcessAlive(Number(pid))
  })
}
