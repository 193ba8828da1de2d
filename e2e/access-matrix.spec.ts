import { PROMPTS } from '../src-main/contract/prompts.ts'
import { RESOURCES } from '../src-main/contract/resources.ts'
import { TOOL_EXAMPLES } from '../src-main/contract/tool-examples.ts'
import { showPlaceholders } from '../src-main/contract/examples/placeholders.ts'
import { scopeOf, TOOLS } from '../src-main/contract/tools.ts'
import type { ToolName } from '../src-main/contract/tools.ts'
import type { ToolContract } from '../src-main/contract/tools/tool-contract.ts'
import { everyCaller, NAMESPACE, SECRET, suffices } from './access/callers.ts'
import type { Caller, Scope } from './access/callers.ts'
import { REST_NEEDS } from './access/rest-needs.ts'
import type { Need } from './access/rest-needs.ts'
import { ApiDocument } from './api-document/api-document.ts'
import { send } from './api-document/send.ts'
import { rawHttp, rawUpgrade } from './clients/raw-http.ts'
import { RawSocket } from './clients/raw-socket.ts'
import { expect, test } from './fixtures.ts'
import type { RunningServer } from './processes/server-process.ts'

// Who may do what: everybody who may try, on every door, all of it from the contract. A route, tool, resource or prompt that is new is in
// here as soon as it compiles.

const ENV = {
  TMWS_AUTH_ENABLED: 'true',
  TMWS_SECRET_KEY: SECRET,
  TMWS_RATE_LIMIT_ENABLED: 'false',
  TMWS_RATE_LIMIT_FAILED_SIGN_INS: '1000000',
  TMWS_EMBEDDING_PROVIDER: 'off',
}

/** What must come of a request: a refusal, or anything but one for want of rights. */
function expected(caller: Caller, need: Need): 'let in' | 401 | 403 {
  if (need === 'open') return 'let in'
  if (typeof caller.outcome === 'number') return caller.outcome
  if (need === 'owner') return 403
  return suffices(caller.outcome, need) ? 'let in' : 403
}

function seen(status: number): 'let in' | 401 | 403 {
  return status === 401 || status === 403 ? status : 'let in'
}

let server: RunningServer
let callers: Caller[]

test.describe('the access matrix', () => {
  test.beforeEach(async ({ startServer }) => {
    test.setTimeout(240_000)
    server = await (await startServer({ env: ENV })).untilHealthy()
    callers = await everyCaller(server)
  })

  test('REST: every operation of the document, for everybody', async () => {
    const document = await ApiDocument.of(server)
    const known = document.operations.map(({ method, path }) => `${method} ${path}`)
    expect(known.toSorted()).toEqual([...REST_NEEDS.keys()].toSorted())
    const wrong: string[] = []
    for (const caller of callers) {
      for (const { method, path, requests } of document.operations) {
        const need = REST_NEEDS.get(`${method} ${path}`) ?? 'owner'
        const request = requests[0] ?? { path: {}, query: {} }
        // A sign-in is judged by its body, which the document shows with a token that is none.
        if (path === '/api/v1/login') continue
        const answer = await send(server.apiUrl, method, path, request, caller.headers)
        const [got, wanted] = [seen(answer.status), expected(caller, need)]
        // What an agent may not do to others' things is a rule of its own.
        const isOfRules = got === 403 && wanted === 'let in' && !/only reads|for the person at the machine/.test(answer.text)
        if (got !== wanted && !isOfRules) wrong.push(`${caller.name}: ${method} ${path} gave ${answer.status}, not ${wanted}`)
      }
    }
    expect(wrong).toEqual([])
  })

  test('the doors of MCP and of the event feed, for everybody', async () => {
    const feedUrl = `${server.apiUrl.replace('http:', 'ws:')}/api/v1/events`
    for (const caller of callers) {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })
      const headers = { ...caller.headers, 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
      const statuses = [
        (await rawUpgrade(server.wsUrl, caller.headers)).status,
        (await rawUpgrade(feedUrl, caller.headers)).status,
        (await rawHttp(`${server.apiUrl}/mcp`, { method: 'POST', headers, body })).status,
      ]
      const isLetIn = typeof caller.outcome === 'string'
      expect([caller.name, ...statuses]).toEqual([
        caller.name,
        ...(isLetIn ? [101, 101, 200] : [caller.outcome, caller.outcome, caller.outcome]),
      ])
    }
  })

  test('MCP: every tool, resource and prompt, for who was let in', async ({ closing }) => {
    for (const caller of callers) {
      if (typeof caller.outcome !== 'string') continue
      const socket = closing(await RawSocket.open(server.wsUrl, caller.headers))
      await open(socket)
      for (const name of Object.keys(TOOLS) as ToolName[]) await expectTool(socket, caller.outcome, name)
      for (const { uri } of RESOURCES)
        expect((await ask(socket, 'resources/read', { uri }))['error'], `${caller.name}: ${uri}`).toBeUndefined()
      for (const { name, arguments: fields } of PROMPTS) {
        const filled = Object.fromEntries(fields.map((field) => [field.name, 'billing']))
        expect((await ask(socket, 'prompts/get', { name, arguments: filled }))['error'], `${caller.name}: ${name}`).toBeUndefined()
      }
    }
  })

  test('what others keep for themselves is not told to an admin either', async ({ closing }) => {
    const [writer, admin] = ['writer', 'admin'].map((name) => callers.find((caller) => caller.name === name)!)
    const feed = closing(await RawSocket.open(`${server.apiUrl.replace('http:', 'ws:')}/api/v1/events`, admin!.headers))
    await feed.next((message) => eventOf(message).type === 'hello')
    const body = JSON.stringify({ content: 'The writer’s secret.' })
    const headers = { ...writer!.headers, 'content-type': 'application/json' }
    const stored = await rawHttp(`${server.apiUrl}/api/v1/memory`, { method: 'POST', headers, body })
    const { memory } = JSON.parse(stored.text) as { memory: { id: string; namespace: string } }
    expect([stored.status, memory.namespace]).toEqual([201, NAMESPACE])
    expect((await rawHttp(`${server.apiUrl}/api/v1/memory/${memory.id}`, { headers: admin!.headers })).status).toBe(404)
    const shown = JSON.stringify({ content: 'For all.', access_level: 'public' })
    await rawHttp(`${server.apiUrl}/api/v1/memory`, { method: 'POST', headers, body: shown })
    const heard = eventOf(await feed.next((message) => eventOf(message).type === 'memory-stored'))
    expect(heard.memory_id).not.toBe(memory.id)
  })

  test('files: the page and the documents are for all, and bring no rights', async () => {
    for (const path of ['/', '/docs/', '/openapi.json']) {
      const answer = await rawHttp(server.apiUrl + path)
      expect([path, answer.status, answer.headers['set-cookie']]).toEqual([path, 200, undefined])
    }
    for (const path of ['/../package.json', '/%2e%2e/package.json', '/tmws.db', '/.env', '/assets/../../package.json']) {
      const { status } = await rawHttp(server.apiUrl + path)
      expect([path, status >= 400 && status < 500]).toEqual([path, true])
    }
  })
})

async function expectTool(socket: RawSocket, has: Scope, name: ToolName): Promise<void> {
  const contract: ToolContract = TOOLS[name]
  for (const { input } of TOOL_EXAMPLES[name].valid) {
    const answer = await ask(socket, 'tools/call', { name, arguments: showPlaceholders(input) })
    const text = JSON.stringify(answer)
    if (contract.profile === 'rest') expect(text, name).toContain(`There is no tool`)
    else if (suffices(has, scopeOf(contract, input))) expect(text, name).not.toContain('only reads')
    else expect(text, name).toContain('only reads')
  }
}

async function open(socket: RawSocket): Promise<void> {
  await ask(socket, 'initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'matrix', version: '1' },
  })
  socket.send(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }))
}

async function ask(socket: RawSocket, method: string, params: object): Promise<Record<string, unknown>> {
  return { ...(await socket.request(method, params)) }
}

/** A frame of the event feed is an event. */
const eventOf = (message: unknown) => message as { readonly type?: string; readonly memory_id?: string }
