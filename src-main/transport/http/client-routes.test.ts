import { existsSync, readFileSync } from 'node:fs'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ClientOutcome, ClientPreview, ClientStatus } from '../../contract/clients.ts'
import { ClientMachine } from '../../server/connect/testing/client-machine.ts'
import { TestServer } from '../../server/testing/start-test-server.ts'
import type { Refusal, RestAnswer } from '../../server/testing/start-test-server.ts'

const machine = new ClientMachine()
let server: TestServer
let file: string
beforeAll(async () => {
  server = await TestServer.start({ TMWS_RATE_LIMIT_REQUESTS: '100000' }, { connections: machine.connections() })
  file = machine.write(machine.install('cursor'), '{\n  // mine\n}\n')
})
afterAll(async () => {
  await server.stop()
  machine[Symbol.dispose]()
})

function ask<T = Refusal>(method: string, path: string, body?: unknown): Promise<RestAnswer<T>> {
  return server.rest<T>(method, `/clients${path}`, { headers: server.owner, ...(body !== undefined && { body }) })
}

describe('clients over REST', () => {
  test('are for the person alone', async () => {
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/cursor/preview'],
      ['POST', '/cursor/connect'],
      ['POST', '/cursor/repair'],
      ['POST', '/cursor/undo'],
      ['POST', '/cursor/verify'],
      ['GET', '/claude-desktop/mcpb'],
    ] as const) {
      const answer = await server.rest(method, `/clients${path}`, { agent: 'alice' })
      expect([path, answer.status]).toEqual([path, 403])
      const asBoth = await server.rest(method, `/clients${path}`, { agent: 'alice', headers: server.owner })
      expect([path, asBoth.status]).toEqual([path, 403])
    }
    expect(readFileSync(file, 'utf8')).toBe('{\n  // mine\n}\n')
  })

  test('are listed, shown, wired by the hash of what was shown, and taken back', async () => {
    const listed = await ask<{ clients: ClientStatus[] }>('GET', '')
    expect(listed.body.clients.find(({ id }) => id === 'cursor')).toMatchObject({ state: 'none', places: [{ file }], way: 'file' })
    const preview = await ask<ClientPreview>('GET', '/cursor/preview?agent_id=ada&namespace=team')
    expect(preview.body).toMatchObject({
      action: 'connect',
      changes: [{ file, kind: 'edit' }],
      starts: { env: { TMWS_AGENT_ID: 'ada', TMWS_AGENT_NAMESPACE: 'team' } },
    })
    const { hash } = preview.body
    expect(await ask('POST', '/cursor/connect', { hash })).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } })
    const done = await ask<ClientOutcome>('POST', '/cursor/connect', { hash, agent_id: 'ada', namespace: 'team' })
    expect(done).toMatchObject({ status: 200, body: { client: { state: 'connected', agent_id: 'ada', namespace: 'team' } } })
    expect((await ask<ClientPreview>('GET', '/cursor/preview?action=repair')).body.changes).toEqual([])
    const undo = await ask<ClientPreview>('GET', '/cursor/preview?action=undo')
    expect(undo.body.starts).toBeUndefined()
    expect((await ask<ClientOutcome>('POST', '/cursor/undo', { hash: undo.body.hash })).body.client.state).toBe('none')
    expect(readFileSync(file, 'utf8')).toBe('{\n  // mine\n}\n')
  })

  test('cannot be wired without a preview, nor under names that are no agents', async () => {
    expect(await ask('POST', '/cursor/connect', {})).toMatchObject({ status: 400, body: { error: { details: { field: 'hash' } } } })
    expect(await ask('POST', '/cursor/connect', { hash: 'x' })).toMatchObject({
      status: 400,
      body: { error: { details: { field: 'hash' } } },
    })
    expect((await ask('POST', '/cursor/undo', { nonsense: 1 })).status).toBe(400)
    expect(await ask('GET', '/cursor/preview?agent_id=owner')).toMatchObject({
      status: 400,
      body: { error: { details: { field: 'agent_id' } } },
    })
    expect((await ask('GET', '/cursor/preview?force=maybe')).status).toBe(400)
  })

  test('say what is not there', async () => {
    expect(await ask('GET', '/emacs/preview')).toMatchObject({
      status: 404,
      body: { error: { message: expect.stringContaining('There is no client emacs') as string } },
    })
    expect((await ask('GET', '/zed/preview')).status).toBe(404)
    expect((await ask('GET', '/cursor/mcpb')).status).toBe(404)
    expect((await ask('POST', '/zed/verify')).status).toBe(409)
    expect((await ask('POST', '/zed/undo')).status).toBe(409)
  })

  test('give the bundle for Claude Desktop', async () => {
    const answer = await fetch(`${server.apiUrl}/api/v1/clients/claude-desktop/mcpb`, { headers: server.owner })
    expect([answer.status, answer.headers.get('content-disposition')]).toEqual([200, 'attachment; filename="tmws.mcpb"'])
    expect(Object.keys(unzipSync(new Uint8Array(await answer.arrayBuffer())))).toEqual(['manifest.json', 'server/tmws-bridge.cjs'])
  })
})

test.each([
  ['is for production', { TMWS_ENVIRONMENT: 'production' }, /TMWS_ENVIRONMENT is production/],
  ['listens for other machines', { TMWS_API_HOST: '0.0.0.0' }, /listens on 0\.0\.0\.0, for other machines too/],
])('a server that %s wires nothing', async (_, settings, reason) => {
  const secret = { TMWS_SECRET_KEY: 'kJ8v2mQx7Rw4Zt9Yb3Nc6Hd1Lf5Gs0Pa' }
  const strict = await TestServer.start({ ...settings, ...secret }, { connections: machine.connections() })
  try {
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/cursor/connect'],
      ['GET', '/claude-desktop/mcpb'],
    ] as const) {
      const { status, body } = await strict.rest(method, `/clients${path}`, { headers: strict.owner })
      expect([status, body.error.message]).toEqual([403, expect.stringMatching(reason) as string])
    }
    expect(existsSync(machine.homeFolder)).toBe(true)
  } finally {
    await strict.stop()
  }
})
