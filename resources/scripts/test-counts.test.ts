import { describe, expect, it } from 'vitest'
import { addCounts, countPlaywright, countVitest, sentenceOf } from './test-counts.ts'

describe('counting what the runners did', () => {
  it('counts the tests of Vitest by their state, whatever was not run as skipped', () => {
    const file = (status: string, ...states: string[]) => ({ status, assertionResults: states.map((state) => ({ status: state })) })
    expect(
      countVitest({ testResults: [file('passed', 'passed', 'skipped', 'todo'), file('failed', 'passed', 'failed', 'pending')] }),
    ).toEqual({ passed: 2, failed: 1, skipped: 3 })
  })

  it('counts a file that Vitest could not load as a failure', () => {
    expect(countVitest({ testResults: [{ status: 'failed', assertionResults: [] }] })).toEqual({ passed: 0, failed: 1, skipped: 0 })
  })

  it('counts flaky tests of Playwright, and errors outside of tests, as failures', () => {
    expect(countPlaywright({ stats: { expected: 5, unexpected: 1, flaky: 1, skipped: 2 }, errors: [{}] })).toEqual({
      passed: 5,
      failed: 3,
      skipped: 2,
    })
  })

  it('finds nothing in a report that is none', () => {
    expect([countVitest({}), countPlaywright({})]).toEqual([
      { passed: 0, failed: 0, skipped: 0 },
      { passed: 0, failed: 0, skipped: 0 },
    ])
  })

  it('says the sum in one line, with the skipped ones only when there are any', () => {
    expect(sentenceOf(addCounts({ passed: 1, failed: 0, skipped: 0 }, { passed: 2, failed: 1, skipped: 0 }))).toBe('3 passed, 1 failed')
    expect(sentenceOf({ passed: 3, failed: 0, skipped: 4 })).toBe('3 passed, 0 failed, 4 skipped')
  })
})
