import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { addOutcomes, afterRepetition, NOTHING, oneFailure } from './test-counts.ts'
import type { Failure, Outcome } from './test-counts.ts'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))
export const RESULTS = join(ROOT, 'test-results')
const TIMEOUT_MS = 45 * 60_000
/** So many failures at once are no accident of a busy machine. */
const REPEATED_AT_MOST = 5

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
  readonly passedAlone: readonly Failure[]
}

/** Runs it to its end. A runner that ran nothing, or failed in a way that its tests do not show, counts as one failure. */
export function runTests({ name, program, args, env = {}, report, read }: Run): Outcome {
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

/**
 * Runs it, and the few tests that failed once more, with the machine to themselves: those decide, and are named in either case. `again` gets
 * them and says how only they are run.
 */
export function runWithRepetition(run: Run, again: (tests: readonly NonNullable<Failure['test']>[]) => readonly string[]): NamedOutcome {
  console.log(`\n== ${run.name} ==`)
  const first = runTests(run)
  const { failed } = first.counts
  const tests = first.failures.flatMap(({ test }) => (test ? [test] : []))
  if (failed === 0 || failed > REPEATED_AT_MOST || tests.length !== failed) return { name: run.name, ...first, passedAlone: [] }
  console.log(`\n== once more, alone: ${failed} that failed ==`)
  const second = runTests({ ...run, args: again(tests) })
  const isStillOne = ({ name }: Failure): boolean => second.counts.passed === 0 || second.failures.some((failure) => failure.name === name)
  return { name: run.name, ...afterRepetition(first, second), passedAlone: first.failures.filter((failure) => !isStillOne(failure)) }
}

function readReport(path: string, read: (report: unknown) => Outcome): Outcome {
  try {
    return read(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return NOTHING
  }
}
