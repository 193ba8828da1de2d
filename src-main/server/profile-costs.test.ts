import { expect, test } from 'vitest'
import { TOOLS } from '../contract/tools.ts'
import { profileCosts } from './profile-costs.ts'

test('a larger profile shows more tools and costs more', () => {
  const [core, standard, all] = profileCosts()
  expect([core?.profile, standard?.profile, all?.profile]).toEqual(['core', 'standard', 'all'])
  expect(core?.tools).toBeGreaterThan(2)
  expect(standard?.tools).toBeGreaterThan(core?.tools ?? 0)
  expect(all?.tools).toBeGreaterThanOrEqual(standard?.tools ?? 0)
  expect(standard?.aboutTokens).toBeGreaterThan(core?.aboutTokens ?? 0)
})

test('the core profile stays small enough to be shown to a model with many other tools', () => {
  expect(profileCosts()[0]?.aboutTokens).toBeLessThan(4_000)
})

test('names are as the MCP specification of 2025-11-25 advises (SEP-986)', () => {
  for (const name of Object.keys(TOOLS)) expect(name).toMatch(/^[A-Za-z0-9_.-]{1,128}$/)
})
