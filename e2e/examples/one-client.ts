// One client: connects, stores, searches, closes. Start a server, then: node e2e/examples/one-client.ts
import { TmwsClient } from 'tmws/client'

// Without an address, the discovery file of the running server says where it is.
const client = new TmwsClient({ agentId: 'one-client', runtimeFile: process.env['TMWS_RUNTIME_FILE'] })
try {
  const session = await client.connect()
  console.log(`Connected to TMWS ${session.serverVersion ?? ''} as ${session.agentId ?? 'anonymous'}.`)

  const { memory, duplicate_of } = await client.createMemory({
    content: 'Marta decided on 2026-11-20 to keep Postgres 15 until March: the backup tool fails on 16.',
    tags: ['decision', 'postgres'],
    importance: 0.8,
  })
  console.log(duplicate_of === undefined ? `Stored ${memory.id}.` : `Had stored it before as ${duplicate_of}.`)

  const { memories } = await client.searchMemories({ query: 'which Postgres do we run, and why?', limit: 3 })
  for (const { score, content } of memories) console.log(`${score.toFixed(2)}  ${content}`)
} finally {
  await client.close()
}
