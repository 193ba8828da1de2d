// Two clients side by side in one namespace: what the researcher learns, the implementer builds on, and the other way round.
// Start a server, then: node e2e/examples/researcher-and-implementer.ts
import { TmwsClient } from 'tmws/client'

const common = { namespace: 'checkout-rewrite', runtimeFile: process.env['TMWS_RUNTIME_FILE'] }
await using researcher = new TmwsClient({ ...common, agentId: 'researcher', capabilities: ['research'] })
await using implementer = new TmwsClient({ ...common, agentId: 'implementer', capabilities: ['typescript'] })
await Promise.all([researcher.connect(), implementer.connect()])

// `team` is what makes a memory visible to the other agents of the namespace; without it, it is the researcher's own.
const findings = [
  'The payment provider rejects idempotency keys longer than 64 characters.',
  'Card payments time out after 30 seconds at the provider; retries before that are charged twice.',
]
await Promise.all(findings.map((content) => researcher.storeMemory({ content, access_level: 'team', tags: ['finding', 'payments'] })))
await researcher.storeMemory({ content: 'Ask Jonas whether the sandbox keys expire.', tags: ['todo'] })

const found = await implementer.searchMemories({
  query: 'how does the payment provider treat retries and idempotency keys?',
  tags: ['finding'],
})
console.log(`The implementer found ${found.count}:`)
for (const { agent_id, content } of found.memories) console.log(`  ${agent_id}: ${content}`)

const basis = found.memories.map(({ id }) => ({ to: id, kind: 'relates' as const }))
const { memory: decision } = await implementer.storeMemory({
  content: 'Retries of card payments wait 35 seconds and use the first 64 characters of the order hash as the key.',
  access_level: 'team',
  tags: ['decision', 'payments'],
  importance: 0.9,
  links: basis,
})

const { memory: read } = await researcher.recallMemory({ memory_id: decision.id })
console.log(`The researcher read the decision of the ${read?.agent_id ?? '?'}, which rests on ${read?.links.length ?? 0} findings:`)
console.log(`  ${read?.content ?? ''}`)

const { total } = await implementer.listMemories({ tags: ['todo'] })
console.log(`The implementer sees ${total} of the researcher's private notes.`)
