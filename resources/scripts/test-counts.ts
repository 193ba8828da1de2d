/** How many tests of a run passed, failed, and were not run. */
export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export const NOTHING: Counts = { passed: 0, failed: 0, skipped: 0 }
export const ONE_FAILURE: Counts = { passed: 0, failed: 1, skipped: 0 }

export function addCounts(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }
}

/** `3 passed, 1 failed`, and how many were skipped if any were. */
export function sentenceOf({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/** Vitest's JSON report. A file that could not even be loaded has no test that failed, and counts as one. */
export function countVitest(report: unknown): Counts {
  const { testResults = [] } = report as { testResults?: readonly { status: string; assertionResults: readonly { status: string }[] }[] } // as Vitest writes it
  return testResults
    .map(({ status, assertionResults }) => {
      const of = (...wanted: string[]): number => assertionResults.filter((test) => wanted.includes(test.status)).length
      const failed = of('failed')
      return {
        passed: of('passed'),
        failed: failed === 0 && status === 'failed' ? 1 : failed,
        skipped: assertionResults.length - of('passed', 'failed'),
      }
    })
    .reduce(addCounts, NOTHING)
}

/** Playwright's JSON report. A test that passed only when it was repeated has failed; an error outside of any test counts as one failure. */
export function countPlaywright(report: unknown): Counts {
  const { stats, errors = [] } = report as {
    stats?: { expected: number; unexpected: number; flaky: number; skipped: number }
    errors?: readonly unknown[]
  } // as Playwright writes it
  if (!stats) return NOTHING
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky + errors.length, skipped: stats.skipped }
}
