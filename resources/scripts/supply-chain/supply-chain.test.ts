import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { readAudit } from './audit-check.ts'
import { billOfMaterials } from './bill-of-materials.ts'
import { licenceProblems } from './licence-check.ts'
import { licenceTexts } from './licence-texts.ts'
import { WEIGHTS, importedPackages, shippedPackages } from './shipped-packages.ts'
import type { ShippedPackage } from './shipped-packages.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const packages = shippedPackages(ROOT)
const names = new Set(packages.map(({ name }) => name))
afterEach(() => vi.unstubAllEnvs())
const one = (licence: string | undefined): ShippedPackage => ({ name: 'x', version: '1.0.0', licence, folder: 'node_modules/x' })

describe('a release', () => {
  test('holds what it needs, what is bundled into it though it is a dependency of development, and what these need', () => {
    for (const name of ['fastify', 'better-sqlite3', 'react', 'react-dom', 'zustand', 'scheduler', 'ws', WEIGHTS])
      expect([name, names.has(name)]).toEqual([name, true])
    for (const name of ['vitest', 'typescript', '@playwright/test', 'electron', 'eslint', 'fast-check'])
      expect([name, names.has(name)]).toEqual([name, false])
  })

  test('knows what its sources import: lazily, from inside packages, not as types', () => {
    const imported = importedPackages(ROOT)
    expect(imported).toEqual(expect.arrayContaining(['@modelcontextprotocol/server', 'pino', 'pg', 'ioredis', 'react-dom']))
    expect(imported.filter((name) => name.startsWith('node:') || name.startsWith('.'))).toEqual([])
  })

  test('is under licences that ask for no more than their notice', () => {
    expect(licenceProblems(packages)).toEqual([])
    expect(licenceProblems([one('(GPL-3.0-only OR MIT)'), one('MIT AND ISC')])).toEqual([])
    expect(licenceProblems([one('GPL-3.0-only'), one('MIT AND AGPL-3.0-only'), one(undefined), one('SEE LICENSE IN FILE')])).toEqual([
      'x 1.0.0 is under GPL-3.0-only, which is not on the list.',
      'x 1.0.0 is under MIT AND AGPL-3.0-only, which is not on the list.',
      'x 1.0.0 states no licence.',
      'x 1.0.0 is under "SEE LICENSE IN FILE", which is no SPDX expression.',
    ])
  })

  test('has the words of each licence in one text', () => {
    const text = licenceTexts(ROOT, packages)
    for (const { name, version } of packages) expect(text).toContain(`${name} ${version} (`)
    expect(text).toMatch(/weights and vocabulary of the model all-MiniLM-L6-v2, /)
    expect(text).toContain('Apache License')
    // An MIT package without a text gets the words all the same.
    expect(text).toMatch(/without a text of its licence, MIT\.[\s\S]{0,300}Permission is hereby granted/)
  })

  test('has a bill of materials with just these packages, each under its licence, and the model', async () => {
    // Under which npm leaves out what is a dependency of development, also what is bundled.
    vi.stubEnv('NODE_ENV', 'production')
    const bom = await billOfMaterials(ROOT, packages)
    expect(bom.bomFormat).toBe('CycloneDX')
    expect(bom.metadata.component).toMatchObject({ name: 'tmws', type: 'application' })
    const listed = bom.components.map(({ name, version }) => `${name}@${version}`)
    const model = listed.filter((entry) => entry.startsWith('all-MiniLM'))
    expect(listed.filter((entry) => !model.includes(entry)).sort()).toEqual(
      [...new Set(packages.map(({ name, version }) => `${name}@${version}`))].sort(),
    )
    expect(model).toEqual(['all-MiniLM-L6-v2-int8-fixed@1'])
    expect(bom.components.filter((component) => !Array.isArray(component['licenses']) || component['licenses'].length === 0)).toEqual([])
    const refs = new Set([bom.metadata.component['bom-ref'], ...bom.components.map((component) => component['bom-ref'])])
    for (const { ref, dependsOn = [] } of bom.dependencies) expect([ref, ...dependsOn].filter((other) => !refs.has(other))).toEqual([])
  }, 150_000)
})

describe('the audit', () => {
  const report = (severity: string): string =>
    JSON.stringify({ vulnerabilities: { bad: { name: 'bad', severity, range: '<2' } }, metadata: { vulnerabilities: { high: 1 } } })

  test('tells of what is high and critical', () => {
    expect(readAudit(report('critical'))).toEqual({ isKnown: true, holes: ['bad (<2): critical'] })
    expect(readAudit(report('moderate'))).toEqual({ isKnown: true, holes: [] })
  })

  test.each(['', '{"message":"405 Method Not Allowed","error":{}}', '<html>'])('is not known from %j', (stdout) => {
    expect(readAudit(stdout)).toEqual({ isKnown: false })
  })
})
