import { describe, expect, test } from 'vitest'
import {
  agentIdSchema,
  contentSchema,
  contextSchema,
  importanceSchema,
  instantSchema,
  limitSchema,
  memoryIdSchema,
  tagSchema,
  tagsSchema,
  textSchema,
  urlSchema,
} from './fields.ts'

interface Checkable {
  safeParse(value: unknown): { readonly success: boolean }
}
const accepts = (schema: Checkable, value: unknown) => schema.safeParse(value).success

const NUL = '\u0000'
const LONE = 'a\ud800'

describe('content', () => {
  test.each([
    'x',
    ' x ',
    'a\tb\r\nc',
    '\u001b[31mred',
    '日本語 🌊',
    '\u200b',
    '\ufeffx',
    'x'.repeat(100_000),
    '\u202Ereversed',
    '<script>',
  ])('%j is kept', (text) => {
    const result = contentSchema.safeParse(text)
    expect(result.data).toBe(text)
  })

  test.each([
    '',
    ' ',
    '\n\t',
    NUL,
    `a${NUL}b`,
    '\u0007',
    '\u000b',
    '\u007f',
    LONE,
    '\udc00',
    'x'.repeat(100_001),
    5,
    null,
    undefined,
    ['x'],
    {},
  ])('%j is refused', (text) => {
    expect(accepts(contentSchema, text)).toBe(false)
  })
})

describe('tags', () => {
  test.each(['a', 'two words', 'ünï', '日本', 'a/b:c#d', 'x'.repeat(64)])('%j is one', (tag) => expect(accepts(tagSchema, tag)).toBe(true))
  test.each(['', ' a', 'a ', 'a\nb', 'a\tb', NUL, LONE, 'x'.repeat(65)])('%j is none', (tag) => expect(accepts(tagSchema, tag)).toBe(false))
  test('are at most fifty', () => {
    const tags = Array.from({ length: 51 }, (_, i) => `t${i}`)
    expect([accepts(tagsSchema, tags.slice(1)), accepts(tagsSchema, tags)]).toEqual([true, false])
  })
})

describe('names', () => {
  test.each(['a', '9', 'claude-desktop', 'a.b_c:d@e/f', 'x'.repeat(64)])('%j is one', (name) =>
    expect(accepts(agentIdSchema, name)).toBe(true),
  )
  test.each(['', '-a', '@a', 'a b', 'a,b', 'é', `a${NUL}`, 'a\n', 'x'.repeat(65)])('%j is none', (name) =>
    expect(accepts(agentIdSchema, name)).toBe(false),
  )
})

describe('ids', () => {
  test.each(['0199f3b0-0000-7000-8000-000000000000'])('%s is one', (id) => expect(accepts(memoryIdSchema, id)).toBe(true))
  test.each([
    '0199F3B0-0000-7000-8000-000000000000',
    '0199f3b000007000800000000000000',
    '',
    '{0199f3b0-0000-7000-8000-000000000000}',
    '0199f3b0-0000-7000-8000-000000000000\n',
    '../../etc/passwd',
  ])('%j is none', (id) => expect(accepts(memoryIdSchema, id)).toBe(false))
})

describe('times', () => {
  test.each(['2026-11-22T10:00:00Z', '2026-11-22T10:00:00.123Z', '2026-11-22T10:00:00+02:00'])('%s is one', (time) =>
    expect(accepts(instantSchema, time)).toBe(true),
  )
  test.each([
    '2026-11-22',
    '2026-11-22T10:00:00',
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    'yesterday',
    '',
    5,
    '2026-11-22T25:00:00Z',
  ])('%j is none', (time) => expect(accepts(instantSchema, time)).toBe(false))
})

describe('numbers', () => {
  test.each([0, 0.5, 1])('%d is an importance', (value) => expect(accepts(importanceSchema, value)).toBe(true))
  test.each([-0.1, 1.1, Number.NaN, Number.POSITIVE_INFINITY, '0.5', null])('%j is none', (value) =>
    expect(accepts(importanceSchema, value)).toBe(false),
  )
  test('a limit has a default and bounds', () => {
    expect([undefined, 1, 100].map((value) => limitSchema(7).parse(value))).toEqual([7, 1, 100])
    for (const value of [0, 101, 1.5, '5', null]) expect(accepts(limitSchema(7), value)).toBe(false)
  })
})

describe('context', () => {
  test.each<[unknown, boolean]>([
    [{}, true],
    [{ a: [1, { b: null }] }, true],
    [{ a: 'x'.repeat(65_500) }, true],
    [{ a: 'x'.repeat(65_536) }, false],
    [{ a: '日'.repeat(22_000) }, false],
    [{ a: LONE }, false],
    [[], false],
    [null, false],
    ['{}', false],
  ])('is an object of at most 64 KiB as JSON', (value, expected) => {
    expect(accepts(contextSchema, value)).toBe(expected)
  })
})

describe('links to elsewhere', () => {
  test.each(['https://a.example/b?c=d', 'http://localhost:1/', 'file:///home/x'])('%s is one', (url) =>
    expect(accepts(urlSchema, url)).toBe(true),
  )
  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'ftp://a.example',
    'a.example',
    '',
    `https://a.example/${'x'.repeat(2_048)}`,
  ])('%j is none', (url) => expect(accepts(urlSchema, url)).toBe(false))
})

test('every refusal says what is allowed', () => {
  expect(textSchema(3).safeParse('four').error?.issues[0]?.message).toBe('must have at most 3 characters')
  expect(contentSchema.safeParse('\n').error?.issues[0]?.message).toBe('must not be only white space')
})

test('context refuses lone surrogates in texts and keys, and takes pairs and backslashes', () => {
  for (const context of [{ k: '\ud800' }, { ['\udc00']: 1 }, { deep: [{ k: 'a\ud83d' }] }, { k: '\\\ud800' }]) {
    expect(contextSchema.safeParse(context).error?.issues[0]?.message).toContain('lone surrogate')
  }
  for (const context of [{ k: '😀' }, { k: String.raw`\ud800` }, { k: String.raw`\\ud800` }, { k: '日本' }])
    expect(contextSchema.safeParse(context).success).toBe(true)
})
