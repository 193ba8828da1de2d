import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readTime } from './time-expressions.ts'

/** A Sunday. */
const NOW = Date.parse('2026-11-22T10:00:00.000Z')

describe('an ISO time', () => {
  test.each([
    ['2026-11-20', '2026-11-20T00:00:00.000Z'],
    ['2026-11-20T08:30', '2026-11-20T08:30:00.000Z'],
    ['2026-11-20T08:30:15Z', '2026-11-20T08:30:15.000Z'],
    ['2026-11-20T08:30:15.123Z', '2026-11-20T08:30:15.123Z'],
    ['2026-11-20T08:30:15+02:00', '2026-11-20T06:30:15.000Z'],
    ['2026-11-20 08:30', '2026-11-20T08:30:00.000Z'],
    ['2026-11-20t08:30:00z', '2026-11-20T08:30:00.000Z'],
    ['  2026-11-20 ', '2026-11-20T00:00:00.000Z'],
    ['2028-02-29', '2028-02-29T00:00:00.000Z'],
  ])('%s is %s', (text, iso) => {
    expect(readTime('since', text, NOW)).toBe(iso)
  })

  test.each([
    '2026-02-30',
    '2026-13-01',
    '2026-00-10',
    '2027-02-29',
    '2026-11-22T25:00',
    '2026-11-22 or so',
    '2026-11-22 (hi)',
    '2026-11-22T10:00:00Z junk',
    '2026-11-22T10',
  ])('%s is none, and says so', (text) => {
    expect(() => readTime('until', text, NOW)).toThrow(`until must be an ISO 8601 time or plain words such as "last week" (got "${text}").`)
  })
})

describe('plain words, on the clock of this machine', () => {
  const before = process.env['TZ']
  beforeAll(() => {
    process.env['TZ'] = 'Asia/Tokyo'
  })
  afterAll(() => {
    if (before === undefined) delete process.env['TZ']
    else process.env['TZ'] = before
  })

  // It is Sunday, 22 November 2026, 19:00 in Tokyo.
  test.each([
    ['now', '2026-11-22T19:00'],
    ['2 hours ago', '2026-11-22T17:00'],
    ['today', '2026-11-22T00:00'],
    ['Yesterday', '2026-11-21T00:00'],
    ['3 days ago', '2026-11-19T00:00'],
    ['a week ago', '2026-11-15T00:00'],
    ['last week', '2026-11-15T00:00'],
    ['last month', '2026-10-22T00:00'],
    ['last year', '2025-11-22T00:00'],
    ['last 3 days', '2026-11-19T00:00'],
    ['this week', '2026-11-16T00:00'],
    ['this month', '2026-11-01T00:00'],
    ['this year', '2026-01-01T00:00'],
    ['this morning', '2026-11-22T06:00'],
    ['monday', '2026-11-16T00:00'],
    ['last monday', '2026-11-16T00:00'],
    ['friday', '2026-11-20T00:00'],
    ['last friday at 5pm', '2026-11-20T17:00'],
    ['May 3', '2026-05-03T00:00'],
    ['may', '2026-05-01T00:00'],
    ['Nov 30', '2025-11-30T00:00'],
    ['december', '2025-12-01T00:00'],
    ['May 3, 2024', '2024-05-03T00:00'],
    ['tomorrow', '2026-11-23T00:00'],
    ['in 3 days', '2026-11-25T00:00'],
    ['next monday', '2026-11-23T00:00'],
  ])('%s is from %s', (text, local) => {
    expect(readTime('since', text, NOW)).toBe(new Date(`${local}:00+09:00`).toISOString())
  })
})

test.each([
  '',
  ' ',
  'someday',
  'soon',
  'last week or so',
  'since yesterday',
  'the meeting yesterday',
  '10',
  '2025',
  '12345678901234567890',
  '\u0000',
  'yesterday; DROP TABLE',
])('%j is refused rather than guessed, by name', (text) => {
  expect(() => readTime('since', text, NOW)).toThrow(
    /^since must be an ISO 8601 time or plain words such as "yesterday", "3 days ago" or "last week" \(got "/,
  )
})
