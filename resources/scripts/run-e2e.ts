import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { afterRepetition, readPlaywright } from './test-counts.ts'
import { RESULTS, runTests } from './test-runner.ts'
import type { NamedOutcome, Run } from './test-runner.ts'

/** So many failures at once are no accident of a busy machine. */
const REPEATED_AT_MOST = 5

/**
 * The end-to-end tests, quicker than one after the other: most spend their time waiting for processes and deadlines, and share the machine,
 * with more of them than it has processors. The few that fail so are judged alone, and named in either case. Those whose answers are
 * measured (`@timed` in the title) have the machine to themselves anyway, and one try. `env` and `more` go to Playwright.
 */
export function runE2e(env: Readonly<Record<string, string>>, more: readonly string[] = []): NamedOutcome[] {
  const beside = passOf('side by side', '--grep-invert=@timed', env, more)
  const alone = passOf('what is measured, one at a time', '--grep=@timed', env, more)
  return [runJudgedAlone(beside), { name: alone.name, ...runTests({ ...alone, args: [...alone.args, '--workers=1'] }) }]
}

function runJudgedAlone(run: Run): NamedOutcome {
  const { name } = run
  const first = runTests({ ...run, args: [...run.args, `--workers=${availableParallelism() + 1}`] })
  const { failed } = first.counts
  if (failed === 0 || failed > REPEATED_AT_MOST) return { name, ...first }
  const again = runTests({
    ...run,
    name: `${name}, once more, alone: ${failed} that failed`,
    args: [...run.args, '--last-failed', '--workers=1'],
  })
  // Where nothing ran, nothing has passed.
  if (again.counts.passed + again.counts.failed < failed) return { name, ...first }
  return { name, ...afterRepetition(first, again), passedAlone: first.failures.filter((failure) => !again.failures.includes(failure)) }
}

function passOf(what: string, grep: string, env: Readonly<Record<string, string>>, more: readonly string[]): Run {
  const folder = join('test-results', `e2e-${what.replaceAll(/\W+/g, '-')}`)
  const report = join(RESULTS, 'playwright.json')
  return {
    name: `end-to-end tests, ${what} (Playwright)`,
    program: '@playwright/test/cli.js',
    args: ['test', '--reporter=list,json', `--output=${folder}`, grep, ...more],
    env: { PLAYWRIGHT_JSON_OUTPUT_NAME: report, TMWS_E2E_BUILT: '1', ...env },
    report,
    read: readPlaywright,
  }
}
