import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { addOutcomes, NOTHING, oneFailure } from './test-counts.ts'
import type { Outcome } from './test-counts.ts'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))
export const RESULTS = join(ROOT, 'test-results')
const TIMEOUT_MS = 45 * 60_000
export interface Run {
  readonly name: string
  /** A file of JavaScript in node_modules, and its arguments. */
  readonly program: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Where it writes what it did, as JSON, and how that is read. */
  readonly report: string
  readonly read: (report: unknown) => Outcome
}

export interface NamedOutcome extends Outcome {
  readonly name: string
  /** Failed beside others and passed alone, which is worth a look: a race, or a deadline too near for a busy machine. */
  readonly passedAlone?: readonly string[]
}

/** Runs it to its end. A runner that ran nothing, or failed in a way that its tests do not show, counts as one failure. */
export function runTests({ name, program, args, env = {}, report, read }: Run): Outcome {
  console.log(`\n== ${name} ==`)
  rmSync(report, { force: true })
  const { status } = spawnSync(process.execPath, [join(ROOT, 'node_modules', program), ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
    timeout: TIMEOUT_MS,
  })
  const outcome = readReport(report, read)
  const { failed, passed } = outcome.counts
  if (failed > 0 || (status === 0 && passed > 0)) return outcome
  return addOutcomes(outcome, oneFailure(`${name}: the runner ended with ${status ?? 'a signal'} after ${passed} tests that passed`))
}

function readReport(path: string, read: (report: unknown) => Outcome): Outcome {
  try {
    return read(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return NOTHING
  }
}
