import { expect, test } from 'vitest'
import type { SettingInfo } from '../api/settings-api.ts'
import { enteredValue, readableValue, shownValue } from './settings-values.ts'

const info = (more: Partial<SettingInfo>) => ({ key: 'x', type: 'integer', ...more }) as SettingInfo

test.each([
  ['integer', ' 30 ', 30],
  ['integer', '3o', '3o'],
  ['integer', '', null],
  ['number', '.5', 0.5],
  ['text', ' as it is ', ' as it is '],
  ['list', 'https://a.example\n\n https://b.example ', ['https://a.example', 'https://b.example']],
  ['list', '\n', null],
] as const)('what is entered as %s: %j', (type, text, value) => {
  expect(enteredValue(info({ type }), text)).toEqual(value)
})

test.each([
  [info({ unit: 'days' }), 30, '30 days'],
  [info({ key: 'api_port' }), 8000, '8000'],
  [info({ type: 'boolean' }), false, 'Off'],
  [info({ type: 'choice' }), 'ollama', 'Ollama'],
  [info({ type: 'list' }), [], 'none'],
  [info({ type: 'text' }), undefined, 'none'],
])('a value is shown in words', (setting, value, text) => {
  expect(shownValue(setting, value)).toBe(text)
})

test('large numbers are also said as people say them', () => {
  expect([
    readableValue(info({ unit: 'seconds' }), 3600),
    readableValue(info({ unit: 'bytes' }), 1_048_576),
    readableValue(info({ unit: 'seconds' }), 20),
  ]).toEqual(['1 h', '1 MB', undefined])
})
