import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectModernWs } from './clients/mcp-clients.ts'
import { call } from './clients/tool-calls.ts'
import { AppUnderTest } from './desktop/launch-app.ts'
import { expect, test } from './fixtures.ts'
import { BridgeHost, freePort } from './processes/bridge-host.ts'
import { runNode } from './processes/child.ts'
import { BUILT } from './processes/places.ts'
import type { ServerPlace } from './processes/server-process.ts'

// Put together here, so that no scanner takes this file for a leak.
const TOKEN = ['gh', 'p_'].join('') + 'aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5'
const KEY = 'a passphrase of these tests'
const MARKER = 'MARKER-of-the-green-lighthouse'

/** Every file under a folder that holds `text` in the clear. */
function filesWith(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const path = join(folder, name)
    return statSync(path).isFile() && readFileSync(path).includes(text)
  })
}

const command = (place: ServerPlace, args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runNode([BUILT.server, '--data-dir', place.dataDir, ...args], { env: place.environment(env) })

test.describe('credentials in what agents store', () => {
  for (const mode of ['off', 'warn', 'mask'] as const)
    test(`TMWS_SECRET_SCAN=${mode}`, async ({ startServer, closing, store }) => {
      const server = await startServer({ env: { TMWS_SECRET_SCAN: mode } })
      const client = closing(await connectModernWs(server, 'auto', { agentId: 'scanner' }))
      const content = `The deploy job signs in with ${TOKEN}.`
      const stored = await call(client, 'store_memory', { content, context: { deploy: { token: TOKEN } } })
      const kept = mode === 'mask' ? 'The deploy job signs in with [masked: github-token].' : content
      expect(stored.memory.content).toBe(kept)
      expect(stored.warnings?.map(({ kind, field }) => `${field}: ${kind}`)).toEqual(
        mode === 'off' ? undefined : ['content: github-token', 'context: github-token'],
      )
      const updated = await call(client, 'update_memory', { memory_id: stored.memory.id, summary: `Token: ${TOKEN}` })
      expect(updated.warnings?.length).toBe(mode === 'off' ? undefined : 1)
      expect(JSON.stringify([stored.warnings, updated.warnings])).not.toContain(TOKEN)
      const again = await call(client, 'store_memory', { content })
      expect(again.duplicate_of).toBe(stored.memory.id)
      const { history } = await call(client, 'get_memory_history', { memory_id: stored.memory.id })
      const seen = JSON.stringify([await call(client, 'recall_memory', { memory_id: stored.memory.id }), history])
      expect(seen.includes(TOKEN)).toBe(mode !== 'mask')
      await client.close()
      await server.stop()
      // Whatever is done about them: never in a log, and where they are masked, nowhere at all.
      expect(filesWith(join(server.place.dataDir, 'logs'), TOKEN)).toEqual([])
      // The memories themselves are there where the store is a file.
      expect(filesWith(server.place.dataDir, TOKEN).length > 0).toBe(store === 'sqlite' && mode !== 'mask')
    })

  test('a bridge without a server does what the last server did', { tag: '@sqlite' }, async ({ makePlace }) => {
    const place = makePlace()
    await (await place.start({ env: { TMWS_SECRET_SCAN: 'mask' } })).stop()
    const host = new BridgeHost(place, await freePort())
    await host.initialize()
    const { memory, warnings } = await host.tool('store_memory', { content: `Token ${TOKEN}` })
    expect([(memory as { content: string }).content, warnings]).toEqual([
      'Token [masked: github-token]',
      [{ kind: 'github-token', field: 'content', message: expect.stringContaining('stored in its place') }],
    ])
    host.process.endInput()
    await host.process.ended
  })
})

test.describe('an encrypted database', { tag: '@sqlite' }, () => {
  test('is in the clear nowhere, with its backups, and opens with its key alone', async ({ makePlace, closing }) => {
    test.setTimeout(240_000)
    const place = makePlace()
    const env = { TMWS_DATABASE_KEY: KEY }
    const server = await place.start({ env })
    const client = closing(await connectModernWs(server, 'auto', { agentId: 'keeper' }))
    await call(client, 'store_memory', { content: `${MARKER} is green.`, tags: [MARKER] })
    expect((await command(place, ['backup'], env)).code).toBe(0)
    expect(filesWith(place.dataDir, MARKER)).toEqual([])
    expect((await place.doctor(env)).stdout).toContain('is sound, and encrypted')
    await client.close()
    await server.stop()
    expect(filesWith(place.dataDir, MARKER)).toEqual([])
    const before = readFileSync(join(place.dataDir, 'tmws.db'))

    const [missing, wrong] = [await place.startToEnd(), await place.startToEnd({ env: { TMWS_DATABASE_KEY: 'another passphrase' } })]
    expect([missing.code, wrong.code]).toEqual([1, 1])
    expect(missing.stderr).toMatch(/tmws: The database .* is encrypted, and no key is given\. Nothing was changed\./)
    expect(wrong.stderr).toMatch(/tmws: The database .* does not open with this TMWS_DATABASE_KEY/)
    expect((await place.doctor()).stdout).toContain('is encrypted, and no key is given')
    expect(readFileSync(join(place.dataDir, 'tmws.db')).equals(before)).toBe(true)

    // A key file is found by a bridge without a server, too: the last server's note says where it is.
    const keyFile = join(place.folder, 'key')
    writeFileSync(keyFile, `${KEY}\n`, { mode: 0o600 })
    await (await place.start({ env: { TMWS_DATABASE_KEY_FILE: keyFile } })).stop()
    const host = new BridgeHost(place, await freePort(), { agentId: 'keeper' })
    await host.initialize()
    expect(await host.search('lighthouse')).toEqual([`${MARKER} is green.`])
    host.process.endInput()
    await host.process.ended
  })

  test('is made from a plain one and back, backups included', async ({ makePlace, closing }) => {
    test.setTimeout(240_000)
    const place = makePlace()
    const server = await place.start()
    const client = closing(await connectModernWs(server, 'auto', { agentId: 'keeper' }))
    await call(client, 'store_memory', { content: `${MARKER} is green.` })
    expect((await command(place, ['backup'])).code).toBe(0)
    const env = { TMWS_DATABASE_KEY: KEY }
    expect((await command(place, ['encrypt'], env)).stderr).toContain('A server runs on this data')
    await client.close()
    await server.stop()
    expect(filesWith(place.dataDir, MARKER)).toHaveLength(2)

    const encrypted = await command(place, ['encrypt'], env)
    expect([encrypted.code, encrypted.stderr]).toEqual([0, ''])
    expect(filesWith(place.dataDir, MARKER)).toEqual([])
    const served = await place.start({ env })
    const reader = closing(await connectModernWs(served, 'auto', { agentId: 'keeper' }))
    expect((await call(reader, 'semantic_search', { query: 'lighthouse' })).count).toBe(1)
    await reader.close()
    await served.stop()
    const [backup = ''] = readdirSync(join(place.dataDir, 'backups'))
    expect((await command(place, ['restore', join(place.dataDir, 'backups', backup)], env)).code).toBe(0)

    expect((await command(place, ['decrypt'], { TMWS_DATABASE_KEY: 'another passphrase' })).code).toBe(1)
    expect((await command(place, ['decrypt'], env)).code).toBe(0)
    expect(filesWith(place.dataDir, MARKER).length).toBeGreaterThan(1)
    const plain = await place.start()
    await plain.stop()
  })
})

test.describe('the secrets of the app', { tag: '@sqlite' }, () => {
  const vaultOf = (folder: string) =>
    JSON.parse(readFileSync(join(folder, 'data', 'secrets.json'), 'utf8')) as {
      secrets: Record<string, { protection: string; value: string }>
    }

  for (const [keychain, protection] of [
    ['gnome_libsecret', 'keychain'],
    ['basic_text', process.platform === 'linux' ? 'file-mode' : 'keychain'],
    ['none', 'file-mode'],
  ] as const)
    test(`its key is made once, and kept by ${protection} (${keychain})`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'tmws-app-'))
      const settings = { TMWS_TEST_KEYCHAIN: keychain, TMWS_AUTH_ENABLED: 'true' }
      try {
        const values: unknown[] = []
        for (let start = 0; start < 2; start += 1) {
          const app = new AppUnderTest(settings, folder)
          await app.until('shown')
          app.doLast('quit')
          expect(await app.exited).toBe(0)
          values.push(vaultOf(folder).secrets)
        }
        expect(values[0]).toEqual({ 'secret-key': { protection, value: expect.any(String) } })
        expect(values[1]).toEqual(values[0])
        expect(statSync(join(folder, 'data', 'secrets.json')).mode & 0o077).toBe(0)
        const log = readFileSync(join(folder, 'data', 'logs', 'tmws.log'), 'utf8')
        expect(log).toContain(protection === 'keychain' ? 'encrypted with the keychain' : 'this system offers no keychain')
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    })
})
