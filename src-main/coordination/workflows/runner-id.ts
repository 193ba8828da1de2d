import { hostname } from 'node:os'
import { newId } from '../../base/ids.ts'
import { isProcessAlive } from '../../base/process-alive.ts'

/** Runners of this very process. */
const ours = new Set<string>()

/** Names one engine of one process: `pid@host#id`. */
export function newRunnerId(): string {
  const id = `${process.pid}@${hostname()}#${newId()}`
  ours.add(id)
  return id
}

export function forgetRunner(id: string): void {
  ours.delete(id)
}

/** Those of `runners` that lived on this machine and are gone. Of other machines nobody knows: their leases lapse. */
export function deadRunners(runners: readonly string[]): string[] {
  return runners.filter((runner) => {
    const [, pid, host] = /^(\d+)@(.*)#/.exec(runner) ?? []
    if (pid === undefined || host !== hostname() || ours.has(runner)) return false
    // Our own number on a name that is not ours: an earlier process had it, as in a container.
    return Number(pid) === process.pid || !isProcessAlive(Number(pid))
  })
}
