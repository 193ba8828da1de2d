import { expect, test } from 'vitest'
import { OPERATORS_SETTINGS, PERSONAL_SETTINGS } from './personal-settings.ts'
import { SETTINGS } from './settings-table.ts'
import type { Setting } from './settings-table.ts'

test('every setting is shown to the person, or kept for operators on purpose', () => {
  expect([...Object.keys(PERSONAL_SETTINGS), ...OPERATORS_SETTINGS].toSorted()).toEqual(Object.keys(SETTINGS).toSorted())
})

test('no secret can be changed by a client', () => {
  const secrets = Object.entries<Setting<unknown>>(SETTINGS).filter(([, { isSecret }]) => isSecret === true)
  const effects = secrets.map(([name]) => [name, PERSONAL_SETTINGS[name as keyof typeof SETTINGS]?.effect])
  expect(effects).toEqual(secrets.map(([name]) => [name, 'fixed']))
})
