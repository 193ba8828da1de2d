import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { addOutcomes, afterRepetition, NOTHING, oneFailure, readPlaywright } from './test-counts.ts'
import type { Outcome } from './test-counts.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const RESULTS = join(ROOT, 'test-results')
const RUNNER_TIMEOUT_MS = 45 * 60_000
/** So many failures at once are no accident of a busy machine. */
const REPEATED_AT_MOST = 5

/**
 * The end-to-end tests, quicker than one after the other: most spend their time waiting for processes and deadlines, and share the
 * machine; those whose answers are measured (`@timed` in the title) have it to themselves afterwards.
 */
const PASSES: readonly { readonly name: string; readonly args: readonly string[] }[] = [
  { name: 'side by side', args: ['--grep-invert=@timed', `--workers=${availableParallelism() + 1}`] },
  { name: 'what is measured, one at a time', args: ['--grep=@timed', '--workers=1'] },
]

export interface E2eOutcome extends Outcome {
  readonly name: string
  /** Failed beside others and passed alone, which is worth a look: a race, or a deadline too near for a busy machine. */
  readonly passedAlone: readonly string[]
}

/**
 * Runs what was built, in each pass. The few tests that failed run once more with the machine to themselves; those decide.
 * `env` and `args` go to Playwright.
 */
export function runE2e(env: Readonly<Record<string, string>>, args: readonly string[] = []): E2eOutcome[] {
  return PASSES.map((pass, index) => {
    const name = `end-to-end tests, ${pass.name} (Playwright)`
    console.log(`\n== ${name} ==`)
    const output = join('test-results', `e2e-${index + 1}`)
    const first = runPlaywright(name, output, [...pass.args, ...args], env)
    const { failed } = first.counts
    if (failed === 0 || failed > REPEATED_AT_MOST || failed !== first.failures.length) return { name, ...first, passedAlone: [] }
    console.log(`\n== once more, alone: ${failed} that failed ==`)
    const again = runPlaywright(name, output, ['--last-failed', '--workers=1', ...pass.args.slice(0, 1), ...args], env)
    return {
      name,
      ...afterRepetition(first, again),
      passedAlone: first.failures.filter((failure) => !again.failures.includes(failure) && again.counts.passed > 0),
    }
  })
}

/** A runner that ran nothing, or failed in a way that its tests do not show, counts as one failure. */
function runPlaywright(name: string, output: string, args: readonly string[], env: Readonly<Record<string, string>>): Outcome {
  const report = join(RESULTS, 'playwright.json')
  rmSync(report, { force: true })
  const command = [join(ROOT, 'node_modules/@playwright/test/cli.js'), 'test', '--reporter=list,json', `--output=${output}`, ...args]
  const { status } = spawnSync(process.execPath, command, {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PLAYWRIGHT_JSON_OUTPUT_NAME: report, TMWS_E2E_BUILT: '1', ...env },
    timeout: RUNNER_TIMEOUT_MS,
  })
  return withUnseenFailure(name, status, readReport(report, readPlaywright))
}

/** The outcome, with a failure more when the runner failed or ran nothing and no test shows it. */
export function withUnseenFailure(name: string, status: number | null, outcome: Outcome): Outcome {
  const { failed, passed } = outcome.counts
  if (failed > 0 || (status === 0 && passed > 0)) return outcome
  return addOutcomes(outcome, oneFailure(`${name}: the runner ended with ${status ?? 'a signal'} after ${passed} tests that passed`))
}

/** What a report says; nothing where there is none. */
export function readReport(path: string, read: (report: unknown) => Outcome): Outcome {
  try {
    return read(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return NOTHING
  }
}
