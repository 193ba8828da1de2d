import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { validateConfiguration } from 'app-builder-lib/out/util/config/config.js'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { configuration } from '../../electron-builder.config.ts'
import { ICONS, makeIcons } from './make-icons.ts'
import { packagedModules } from './dist-packages.ts'

const ROOT = join(import.meta.dirname, '..', '..')

test.each([{}, { repository: 'someone/tmws' }])('the configuration is of the form that electron-builder asks for (%j)', async (options) => {
  await expect(validateConfiguration(configuration(options), quiet())).resolves.toBeUndefined()
  const wrong = { ...configuration(options), noSuchOption: true }
  await expect(validateConfiguration(wrong, quiet())).rejects.toThrow('noSuchOption')
})

test('without a repository there is nowhere to publish, and no placeholder for it', () => {
  expect(configuration().publish).toBeNull()
  expect(configuration({ repository: 'someone/else' }).publish).toEqual([{ provider: 'github', owner: 'someone', repo: 'else' }])
})

test('the hardened runtime is loosened for machine code of V8 and nothing else', () => {
  const plist = readFileSync(join(ROOT, 'resources', 'entitlements', 'app.plist'), 'utf8')
  expect([...plist.matchAll(/<key>([^<]+)<\/key>\s*<(true|false)\/>/g)].map(([, key, value]) => [key, value])).toEqual([
    ['com.apple.security.cs.allow-jit', 'true'],
  ])
  const { mac } = configuration()
  expect([mac?.hardenedRuntime, mac?.entitlements, mac?.entitlementsInherit]).toEqual([
    true,
    'resources/entitlements/app.plist',
    'resources/entitlements/app.plist',
  ])
})

test('every icon is what the drawing gives', async () => {
  for (const [path, bytes] of await makeIcons())
    expect(Buffer.compare(readFileSync(join(ICONS, path)), bytes), `${path} is out of date: npm run icons`).toBe(0)
})

test('what is bundled is not packed again, and what is needed is', () => {
  const { kept, dropped, unpacked } = packagedModules()
  expect(kept).toEqual(
    expect.arrayContaining(['node_modules/better-sqlite3', 'node_modules/onnxruntime-node', 'node_modules/pg', 'node_modules/ioredis']),
  )
  expect(dropped).toEqual(expect.arrayContaining(['node_modules/fastify', 'node_modules/zod', 'node_modules/kysely']))
  expect(dropped.filter((folder) => kept.includes(folder))).toEqual([])
  expect(unpacked).toEqual([
    'node_modules/@huggingface/tokenizers',
    'node_modules/better-sqlite3',
    'node_modules/better-sqlite3-multiple-ciphers',
    'node_modules/onnxruntime-common',
    'node_modules/onnxruntime-node',
  ])
})

test('the workflow of a release asks for what is there, and for no more rights than it needs', () => {
  const workflow = parse(readFileSync(join(ROOT, '.github', 'workflows', 'release.yml'), 'utf8')) as {
    permissions: object
    jobs: Record<string, { permissions: object; steps: { run?: string; uses?: string }[] }>
  } // its own form
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> } // our own
  const runs = Object.values(workflow.jobs).flatMap(({ steps }) => steps.map(({ run = '' }) => run))
  const asked = runs.flatMap((run) => [...run.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name ?? ''))
  expect(asked).toEqual(expect.arrayContaining(['build', 'test:unit', 'dist']))
  expect(asked.filter((name) => scripts[name] === undefined)).toEqual([])
  expect([workflow.permissions, workflow.jobs['installers']?.permissions, workflow.jobs['draft']?.permissions]).toEqual([
    { contents: 'read' },
    { contents: 'read', 'id-token': 'write', attestations: 'write' },
    { contents: 'write' },
  ])
})

/** All that it is asked for. */
function quiet(): Parameters<typeof validateConfiguration>[1] {
  return Object.assign(Object.create(null), { isEnabled: false }) as Parameters<typeof validateConfiguration>[1] // as above
}
