import { relative } from 'node:path'

/** How many tests of a run passed, failed, and were not run. */
export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** What a runner did. */
export interface Outcome {
  readonly counts: Counts
  /** The tests that failed, as their runner calls them: where, then what. Errors outside of tests too. */
  readonly failures: readonly string[]
}

export const NOTHING: Outcome = { counts: { passed: 0, failed: 0, skipped: 0 }, failures: [] }

export function oneFailure(name: string): Outcome {
  return { counts: { passed: 0, failed: 1, skipped: 0 }, failures: [name] }
}

export function addOutcomes(a: Outcome, b: Outcome): Outcome {
  const sum = (of: keyof Counts): number => a.counts[of] + b.counts[of]
  return {
    counts: { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') },
    failures: [...a.failures, ...b.failures],
  }
}

/**
 * What a run and the repetition of its failures come to: a test that passed when it was repeated has passed. `again` holds those
 * tests and no others.
 */
export function afterRepetition(first: Outcome, again: Outcome): Outcome {
  const { passed, failed, skipped } = first.counts
  const stillFailed = Math.max(again.counts.failed, failed - again.counts.passed)
  return { counts: { passed: passed + failed - stillFailed, failed: stillFailed, skipped }, failures: again.failures }
}

/** `3 passed, 1 failed`, and how many were skipped if any were. */
export function sentenceOf({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

interface VitestFile {
  readonly name: string
  readonly status: string
  readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
}

/** Vitest's JSON report. A file that could not even be loaded has no test that failed, and counts as one. */
export function readVitest(report: unknown): Outcome {
  const { testResults = [] } = report as { testResults?: readonly VitestFile[] } // as Vitest writes it
  return testResults
    .map(({ name, status, assertionResults }) => {
      const file = relative('', name)
      const all = (wanted: string) => assertionResults.filter((test) => test.status === wanted)
      const passed = all('passed').length
      const failures = all('failed').map(({ fullName }) => `${file}: ${fullName}`)
      const skipped = assertionResults.length - passed - failures.length
      if (failures.length === 0 && status === 'failed') failures.push(`${file}: could not be loaded`)
      return { counts: { passed, failed: failures.length, skipped }, failures }
    })
    .reduce(addOutcomes, NOTHING)
}

interface PlaywrightSuite {
  readonly suites?: readonly PlaywrightSuite[]
  readonly specs?: readonly {
    readonly title: string
    readonly file: string
    readonly line: number
    readonly tests: readonly { readonly projectName: string; readonly status: string }[]
  }[]
}

/** Playwright's JSON report. A test that passed only when it was repeated has failed; an error outside of any test counts as one failure. */
export function readPlaywright(report: unknown): Outcome {
  const {
    stats,
    errors = [],
    suites = [],
  } = report as {
    stats?: { expected: number; unexpected: number; flaky: number; skipped: number }
    errors?: readonly { message?: string }[]
    suites?: readonly PlaywrightSuite[]
  } // as Playwright writes it
  if (!stats) return NOTHING
  return {
    counts: { passed: stats.expected, failed: stats.unexpected + stats.flaky + errors.length, skipped: stats.skipped },
    failures: [
      ...suites.flatMap(failuresIn),
      ...errors.map(({ message = 'an error outside of the tests' }) => message.split('\n', 1)[0] ?? message),
    ],
  }
}

function failuresIn({ suites = [], specs = [] }: PlaywrightSuite): string[] {
  const own = specs.flatMap(({ title, file, line, tests }) =>
    tests
      .filter(({ status }) => status === 'unexpected' || status === 'flaky')
      .map(({ projectName }) => `[${projectName}] ${file}:${line} ${title}`),
  )
  return [...own, ...suites.flatMap(failuresIn)]
}
