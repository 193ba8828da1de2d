import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { readPlaywright } from './test-counts.ts'
import { RESULTS, runWithRepetition } from './test-runner.ts'
import type { NamedOutcome } from './test-runner.ts'

/**
 * The end-to-end tests, quicker than one after the other: most spend their time waiting for processes and deadlines, and share the
 * machine; those whose answers are measured (`@timed` in the title) have it to themselves afterwards.
 */
const PASSES = [
  { name: 'side by side', grep: '--grep-invert=@timed', workers: availableParallelism() + 1 },
  { name: 'what is measured, one at a time', grep: '--grep=@timed', workers: 1 },
]

/** Runs what was built, in each pass. `env` and `more` go to Playwright. */
export function runE2e(env: Readonly<Record<string, string>>, more: readonly string[] = []): NamedOutcome[] {
  return PASSES.map(({ name, grep, workers }, index) => {
    const report = join(RESULTS, `playwright-${index + 1}.json`)
    const args = ['test', '--reporter=list,json', `--output=test-results/e2e-${index + 1}`, grep, ...more]
    return runWithRepetition(
      {
        name: `end-to-end tests, ${name} (Playwright)`,
        program: '@playwright/test/cli.js',
        args: [...args, `--workers=${workers}`],
        env: { PLAYWRIGHT_JSON_OUTPUT_NAME: report, TMWS_E2E_BUILT: '1', ...env },
        report,
        read: readPlaywright,
      },
      () => [...args, '--last-failed', '--workers=1'],
    )
  })
}
