// `npm run bench:memory -- --memories 10000`: storing and searching, one client after the other, the local model.
import { setTimeout as delay } from 'node:timers/promises'
import { BenchServer } from './lib/bench-server.ts'
import { measureEchoFloor } from './lib/echo-floor.ts'
import { numberFlag, report } from './lib/report.ts'
import type { Row } from './lib/report.ts'
import { RpcClient } from './lib/rpc-client.ts'
import { sampleNote, sampleQuestion } from './lib/sample-text.ts'
import { series, summarize } from './lib/statistics.ts'

const memories = numberFlag('memories', 10_000)
const searches = numberFlag('searches', 300)
const INDEX_BUDGET_MS = 20 * 60_000

const floor = await measureEchoFloor(1000)
const server = await BenchServer.start()
const rows: Row[] = [{ what: 'echo: round trip', unit: 'ms', summary: summarize(floor.roundTrip) }]
const add = (what: string, values: readonly number[], aim?: number): void =>
  void rows.push({ what, unit: 'ms', summary: summarize(values), ...(aim !== undefined && { aim }) })
try {
  const client = await RpcClient.connectMcp(server.wsUrl, 'bench')
  await series(50, (index) => client.tool('store_memory', { content: `warm-up ${index}` }))
  add('store_memory, one client', await series(300, (index) => client.tool('store_memory', { content: sampleNote(index) })), 8)

  console.error(`Filling up to ${memories} memories …`)
  const start = performance.now()
  for (let index = 300; index < memories; index += 100) {
    await Promise.all(
      Array.from({ length: Math.min(100, memories - index) }, (_, offset) =>
        client.tool('store_memory', { content: sampleNote(index + offset) }),
      ),
    )
  }
  const storedPerSecond = Math.round((memories - 300) / ((performance.now() - start) / 1000))
  await untilIndexed(client)
  const indexedPerSecond = Math.round(memories / ((performance.now() - start) / 1000))

  await series(20, (index) => client.tool('semantic_search', { query: sampleQuestion(index) }))
  const search = (mode: string) => series(searches, (index) => client.tool('semantic_search', { query: sampleQuestion(index), mode }))
  add(`semantic_search over ${memories}, hybrid`, await search('hybrid'), memories <= 10_000 ? 12 : undefined)
  add(`semantic_search over ${memories}, vector`, await search('vector'))
  add(`semantic_search over ${memories}, keyword`, await search('keyword'))
  const { memories: page } = (await client.tool('list_memories', { limit: 100 })) as { memories: { id: string }[] } // the tool's contract
  add('recall_memory by id', await series(searches, (index) => client.tool('recall_memory', { memory_id: page[index % page.length]?.id })))
  add('list_memories, 20 newest', await series(searches, () => client.tool('list_memories', {})))
  client.close()
  report('memory', rows, {
    memories,
    searches,
    stored_per_second: storedPerSecond,
    stored_and_indexed_per_second: indexedPerSecond,
    server_rss_mib: Math.round(server.residentKib() / 1024),
  })
} finally {
  await server.stop()
}

/** Waits until every memory has its vectors: search says so while some have not. */
async function untilIndexed(client: RpcClient): Promise<void> {
  const end = Date.now() + INDEX_BUDGET_MS
  while (Date.now() < end) {
    const { degraded } = await client.tool('semantic_search', { query: 'anything' })
    if (degraded === undefined) return
    await delay(500)
  }
  throw new Error('The memories were not indexed in time.')
}
