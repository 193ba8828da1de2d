// What a cache of hot reads in Redis could save: one memory by id over REST, beside one GET of the same bytes from a Redis of this machine.
// node e2e/bench/hot-reads.ts   (after npm run build)
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { RedisProcess } from '../../resources/scripts/redis-process.ts'
import { RestClient } from '../clients/rest-client.ts'
import { ServerPlace } from '../processes/server-process.ts'

const READS = 3_000

async function medianMs(read: (index: number) => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let index = 0; index < READS; index += 1) {
    const start = performance.now()
    await read(index)
    times.push(performance.now() - start)
  }
  return times.toSorted((a, b) => a - b)[READS / 2] ?? 0
}

const redis = await RedisProcess.start()
const place = new ServerPlace(mkdtempSync(join(tmpdir(), 'tmws-bench-')))
try {
  const server = await place.start({
    env: { TMWS_EMBEDDING_PROVIDER: 'off', TMWS_RATE_LIMIT_REQUESTS: '1000000', TMWS_LOG_LEVEL: 'error' },
  })
  const rest = new RestClient(server.apiUrl, { agentId: 'bench' })
  const { body } = await rest.post('/memory', { content: 'x'.repeat(1_000) })
  const { id } = body['memory'] as { id: string }
  const client = new Redis(redis.url)
  await client.set(id, JSON.stringify(body))
  const restMs = await medianMs(() => rest.get(`/memory/${id}`))
  const healthMs = await medianMs(() => fetch(`${server.apiUrl}/health/live`).then((answer) => answer.text()))
  const redisMs = await medianMs(() => client.get(id))
  client.disconnect()
  const rows = { 'GET /memory/{id}': restMs, 'of that HTTP (GET /health/live)': healthMs, 'GET from Redis': redisMs }
  console.table(Object.fromEntries(Object.entries(rows).map(([what, ms]) => [what, { 'median ms': Math.round(ms * 1_000) / 1_000 }])))
} finally {
  await place.remove()
  await redis.remove()
}
