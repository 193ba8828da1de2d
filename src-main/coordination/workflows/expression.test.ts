import { describe, expect, test } from 'vitest'
import { compileExpression, holds } from './expression.ts'
import type { RunData } from './expression.ts'

const data: RunData = {
  steps: {
    find: {
      count: 3,
      rate: 2.5,
      memories: [
        { id: 'x', n: 1, tags: ['a'] },
        { id: 'y', n: 2, tags: [] },
      ],
      text: 'hi',
      none: null,
    },
    'my-step': { ok: true },
  },
  input: { n: 5, mode: 'full' },
}
const value = (text: string): unknown => compileExpression(text, 'here').evaluate(data)
const refusal = (text: string): string => {
  try {
    compileExpression(text, 'here').evaluate(data)
  } catch (error) {
    return (error as Error).message
  }
  return 'it has a value'
}

describe('an expression', () => {
  test.each([
    ['steps.find.count > 2 && input.mode == "full"', true],
    ['steps.find.memories[1].id', 'y'],
    ['steps.find.memories.1.id', 'y'],
    ['steps.my-step.ok', true],
    ['steps.find.count - 1', 2],
    ['steps.find.count-1', 2],
    ['steps.find.count / 2 + steps.find.rate * 2', 6.5],
    ['5 % input.n == 0', true],
    ['steps.find.memories.map(m, m.id).join(", ")', 'x, y'],
    ['steps.find.memories.filter(m, "a" in m.tags)', [{ id: 'x', n: 1, tags: ['a'] }]],
    ['size(steps.find.memories)', 2],
    ['steps.?gone.?x.orValue("nothing")', 'nothing'],
    ['steps.?gone.?x', null],
    ['has(steps.gone)', false],
    ['steps.find.none == null', true],
    ['"steps.my-step" + steps.find.text', 'steps.my-stephi'],
    ['{"a": [1, steps.find.text]}', { a: [1, 'hi'] }],
    ['timestamp("2026-01-01T00:00:00Z")', '2026-01-01T00:00:00.000Z'],
  ])('%s', (text, expected) => {
    expect(value(text)).toEqual(expected)
  })

  test('knows which steps it reads, and whether it reads anything', () => {
    const reading = compileExpression('steps.a.x + steps["b-c"].y + steps.my-step.z + input.q', 'here')
    expect([...reading.steps].toSorted()).toEqual(['a', 'b-c', 'my-step'])
    expect(reading.isConstant).toBe(false)
    expect(compileExpression('1 > 2', 'here').isConstant).toBe(true)
  })

  test.each([
    ['steps.find.', 'is not an expression'],
    ['1 +', 'is not an expression'],
    ['unknown.x', 'Unknown variable: unknown'],
    ['steps.find.missing', 'No such key: missing'],
    ['steps.find.text + 1', 'no such overload'],
    ['steps.find.text.matches("(a+)+$")', 'matches is not available'],
    ['steps.find.memories.map(m, steps.find.memories.map(n, n.id))', 'must not stand within another walk'],
    ['steps.find.constructor', 'No such key'],
    ['steps.__proto__', 'No such key'],
    ['x'.repeat(1_001), 'more than 1000 characters'],
    [`${'1+'.repeat(400)}1`, 'is not an expression'],
  ])('is refused, or says what it misses: %s', (text, sentence) => {
    expect(refusal(text)).toContain(sentence)
    expect(refusal(text)).toMatch(/^here: /)
  })

  test('cannot blow up what it reads', () => {
    const big = { steps: { a: { list: Array.from({ length: 5_000 }, () => 1), text: 'x'.repeat(60_000) } }, input: {} }
    expect(() => compileExpression('steps.a.list.map(n, steps.a.text)', 'here').evaluate(big)).toThrow('more than 1048576 characters')
  })

  test('as a condition it is a yes or no', () => {
    expect(holds(compileExpression('steps.find.count == 3', 'here'), data)).toBe(true)
    expect(() => holds(compileExpression('steps.find.count', 'here'), data)).toThrow('must be true or false (it is 3)')
  })
})
