import { expect, test } from 'vitest'
import { compileCondition, compileTemplate } from './template.ts'

const data = { steps: { a: { id: 'x1', list: [1, 2], evil: '{{input.secret}}' } }, input: { secret: 's3cret', n: 2 } }
const render = (value: unknown): unknown => compileTemplate(value, 'args').render(data)

test('a text that is one expression becomes its value, of its own type', () => {
  expect(render({ ids: '{{steps.a.list}}', n: '{{ input.n }}', deep: [{ x: '{{steps.a.id}}' }], plain: 1 })).toEqual({
    ids: [1, 2],
    n: 2,
    deep: [{ x: 'x1' }],
    plain: 1,
  })
})

test('within a text, values are written as text', () => {
  expect(render('id={{steps.a.id}}, list={{steps.a.list}}')).toBe('id=x1, list=[1,2]')
})

test('what is put in is never read for expressions again', () => {
  expect(render('{{steps.a.evil}}')).toBe('{{input.secret}}')
  expect(render('say: {{steps.a.evil}}')).toBe('say: {{input.secret}}')
})

test('braces can be written as they are', () => {
  expect(render('\\{{not an expression}}')).toBe('{{not an expression}}')
  expect(render('a } b { c')).toBe('a } b { c')
})

test('keys are no templates', () => {
  expect(render({ '{{input.secret}}': 1 })).toEqual({ '{{input.secret}}': 1 })
})

test.each([
  ['{{steps.a.id', 'args has a {{ without }}'],
  ['{{}}', 'args has an empty {{}}'],
  ['{{steps..a}}', 'args: "steps..a" is not an expression'],
])('%s is refused', (text, sentence) => {
  expect(() => compileTemplate(text, 'args')).toThrow(sentence)
})

test('names the place of what is wrong, and the steps it reads', () => {
  expect(() => compileTemplate({ list: ['ok', { x: '{{' }] }, 'args')).toThrow('args.list[1].x has a {{')
  const template = compileTemplate(['{{steps.a.id}}', { b: 'x {{steps.b.c}}' }], 'args')
  expect([...template.steps]).toEqual(['a', 'b'])
  expect([template.isLiteral, compileTemplate(['x'], 'args').isLiteral]).toEqual([false, true])
})

test('a condition may be written with braces, but not within quotes', () => {
  expect(compileCondition('{{input.n}} > 1', 'when').evaluate(data)).toBe(true)
  expect(compileCondition('{{steps.a.id}} == "x1"', 'when').evaluate(data)).toBe(true)
  expect(() => compileCondition('"{{input.secret}}" == "s3cret"', 'when')).toThrow('must not have {{…}} within quotes')
})
