import { describe, expect, it } from 'vitest'
import { addOutcomes, afterRepetition, oneFailure, readPlaywright, readVitest, sentenceOf } from './test-counts.ts'

const NONE = { passed: 0, failed: 0, skipped: 0 }
const outcome = (passed: number, failures: string[], skipped = 0) => ({ counts: { passed, failed: failures.length, skipped }, failures })

describe('reading what the runners did', () => {
  it('counts the tests of Vitest by their state, whatever was not run as skipped, and names those that failed', () => {
    const file = (name: string, status: string, ...states: string[]) => ({
      name,
      status,
      assertionResults: states.map((state) => ({ status: state, fullName: `is ${state}` })),
    })
    expect(
      readVitest({
        testResults: [file('a.ts', 'passed', 'passed', 'skipped', 'todo'), file('b.ts', 'failed', 'passed', 'failed', 'pending')],
      }),
    ).toEqual({
      counts: { passed: 2, failed: 1, skipped: 3 },
      failures: ['b.ts: is failed'],
    })
  })

  it('counts a file that Vitest could not load as a failure', () => {
    expect(readVitest({ testResults: [{ name: 'a.ts', status: 'failed', assertionResults: [] }] })).toEqual(
      outcome(0, ['a.ts: could not be loaded']),
    )
  })

  it('counts flaky tests of Playwright, and errors outside of tests, as failures, and names them', () => {
    const spec = (title: string, ...statuses: string[]) => ({
      title,
      file: 'a.spec.ts',
      line: 7,
      tests: statuses.map((status) => ({ projectName: 'sqlite', status })),
    })
    const report = {
      stats: { expected: 5, unexpected: 1, flaky: 1, skipped: 2 },
      errors: [{ message: 'no Chromium\nat line 1' }],
      suites: [{ specs: [spec('works', 'expected')], suites: [{ specs: [spec('breaks', 'unexpected'), spec('wavers', 'flaky')] }] }],
    }
    expect(readPlaywright(report)).toEqual({
      counts: { passed: 5, failed: 3, skipped: 2 },
      failures: ['[sqlite] a.spec.ts:7 breaks', '[sqlite] a.spec.ts:7 wavers', 'no Chromium'],
    })
  })

  it('finds nothing in a report that is none', () => {
    expect([readVitest({}), readPlaywright({})]).toEqual([outcome(0, []), outcome(0, [])])
  })
})

describe('adding up', () => {
  it('says the sum in one line, with the skipped ones only when there are any', () => {
    const sum = addOutcomes(
      { counts: { ...NONE, passed: 1 }, failures: [] },
      { counts: { ...NONE, passed: 2, failed: 1 }, failures: ['x'] },
    )
    expect(sentenceOf(sum.counts)).toBe('3 passed, 1 failed')
    expect(sum.failures).toEqual(['x'])
    expect(sentenceOf({ passed: 3, failed: 0, skipped: 4 })).toBe('3 passed, 0 failed, 4 skipped')
  })

  it('takes as passed what passed when it was repeated, and nothing else', () => {
    expect(afterRepetition(outcome(9, ['a', 'b'], 1), outcome(1, ['b']))).toEqual(outcome(10, ['b'], 1))
    expect(afterRepetition(outcome(9, ['a', 'b']), outcome(2, []))).toEqual(outcome(11, []))
    expect(afterRepetition(outcome(9, ['a', 'b']), oneFailure('the runner stopped')).counts).toEqual({ passed: 9, failed: 2, skipped: 0 })
  })
})
