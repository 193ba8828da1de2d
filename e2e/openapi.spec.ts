import { fillPlaceholders, toPlaceholders } from '../src-main/contract/testing/fill-placeholders.ts'
import type { ToolExamples } from '../src-main/contract/examples/tool-example.ts'
import { REST_ROUTES, fullPathOf } from '../src-main/contract/rest.ts'
import { TOOL_EXAMPLES } from '../src-main/contract/tool-examples.ts'
import { ApiDocument } from './api-document/api-document.ts'
import type { Operation, ShownRequest } from './api-document/api-document.ts'
import { send } from './api-document/send.ts'
import { rawHttp } from './clients/raw-http.ts'
import { identityHeaders } from './clients/mcp-clients.ts'
import { expect, test } from './fixtures.ts'
import type { RunningServer } from './processes/server-process.ts'
import { RestWire } from './tool-table/rest-wire.ts'

/** The status of a first time: nothing that an example makes was there before. */
const successOf = ({ statuses }: Operation): number => Math.max(...statuses.filter((status) => status < 300))

/** Whether only the person may ask for this, by the examples of its tool. */
function isForOwner({ method, path }: Operation): boolean {
  if (['/api/v1/export', '/api/v1/import', '/api/v1/backups', '/api/v1/settings', '/api/v1/audit/export'].includes(path)) return true
  if (path.startsWith('/api/v1/clients') || path.startsWith('/api/v1/backups/')) return true
  const route = REST_ROUTES.find((candidate) => candidate.method === method && fullPathOf(candidate).replace(/:(\w+)/g, '{$1}') === path)
  return route !== undefined && (TOOL_EXAMPLES[route.tool] as ToolExamples).valid.some(({ by }) => by === 'owner')
}

/** Whether its answer depends on which programs this machine has: any that is documented will do. */
const isOfThisMachine = ({ path }: Operation): boolean => /\/clients\/.*\/(preview|connect|repair|undo|verify|mcpb)$/.test(path)

async function madeBackup({ apiUrl, ownerToken }: RunningServer): Promise<string> {
  const { text } = await rawHttp(`${apiUrl}/api/v1/backups`, { method: 'POST', headers: { authorization: `Bearer ${ownerToken}` } })
  return (JSON.parse(text) as { backup: { name: string } }).backup.name
}

/** The request with real things in place of the ids, names and tokens that the document shows. */
async function realRequest(server: RunningServer, wire: RestWire, { id }: Operation, shown: ShownRequest): Promise<ShownRequest> {
  if (id === 'restore_backup') return { ...shown, path: { name: await madeBackup(server) } }
  if (id === 'login') return { ...shown, body: { token: server.ownerToken } }
  return fillPlaceholders(toPlaceholders(shown), {
    call: (tool, input, by) => (by === 'owner' ? wire.asOwner() : wire).answerOf(tool, input),
    connect: () => wire.connect(),
  })
}

test(
  'every request that the document shows is answered by the server as the document says',
  { tag: '@stores' },
  async ({ sharedServer: server }) => {
    const document = await ApiDocument.of(server)
    const faults: string[] = []
    let sent = 0
    for (const operation of document.operations) {
      expect(operation.requests.length, operation.id).toBeGreaterThan(0)
      for (const shown of operation.requests) {
        const name = `openapi-${(sent += 1)}`
        const headers = identityHeaders({ agentId: name, namespace: name })
        const wire = new RestWire(server, document, headers)
        const request = await realRequest(server, wire, operation, shown)
        const caller = isForOwner(operation) ? { authorization: `Bearer ${server.ownerToken}` } : headers
        const answer = await send(server.apiUrl, operation.method, operation.path, request, caller)
        await wire.close()
        const wrong = document.faultsOf(operation.method, operation.path, answer)
        if (answer.status !== successOf(operation) && !isOfThisMachine(operation))
          wrong.push(`status ${answer.status}: ${answer.text.slice(0, 300)}`)
        faults.push(...wrong.map((fault) => `${operation.method} ${operation.path}, ${shown.title}: ${fault}`))
      }
    }
    expect(faults).toEqual([])
    expect(sent).toBeGreaterThan(document.operations.length)
  },
)

test('the second time, a memory that was stored is documented as found', { tag: '@stores' }, async ({ sharedServer: server }) => {
  const document = await ApiDocument.of(server)
  const store = document.operations.find(({ id }) => id === 'post_memory')
  const shown = store?.requests[0]
  if (!store || !shown) throw new Error('There is no example of storing.')
  for (const status of [201, 200]) {
    const answer = await send(server.apiUrl, store.method, store.path, shown, identityHeaders({ agentId: 'openapi-twice' }))
    expect([answer.status, document.faultsOf(store.method, store.path, answer)]).toEqual([status, []])
  }
})

test('every operation refuses a foreign host as the document says', async ({ sharedServer: server }) => {
  const document = await ApiDocument.of(server)
  for (const { method, path, requests } of document.operations) {
    const answer = await send(server.apiUrl, method, path, requests[0]!, { host: 'evil.example' })
    expect([path, answer.status, document.faultsOf(method, path, answer)]).toEqual([path, 403, []])
  }
})

test('the readable documents come from the same server', async ({ sharedServer: server }) => {
  const page = await rawHttp(`${server.apiUrl}/docs/`)
  expect([page.status, page.headers['content-type']]).toEqual([200, expect.stringContaining('text/html')])
})
