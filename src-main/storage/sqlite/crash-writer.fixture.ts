import { newId } from '../../base/ids.ts'
import { silentLog } from '../../base/log.ts'
import type { NewMemory } from '../memory-store.ts'
import { openSqliteMemoryStore } from './sqlite-memory-store.ts'

/** A program to be killed: stores without end, and prints each id once it is promised to be kept. */

const [file = '', backupFolder = ''] = process.argv.slice(2)
const now = new Date().toISOString()
const change = { scope: { kind: 'agent', agentId: 'alice', namespace: 'team-a', isAdmin: false }, actor: 'alice', now } as const
const store = await openSqliteMemoryStore({ file, backupFolder, synchronous: 'normal', log: silentLog })
for (let round = 0; ; round++) {
  const stored = await Promise.all(Array.from({ length: 8 }, () => store.insert(aMemory(), change)))
  for (const { memory } of stored) process.stdout.write(`${memory.id}\n`)
  for (const { memory } of stored) {
    const vector = Float32Array.from({ length: 16 }, (_, i) => Math.sin(round + i))
    await store.putVectors({ modelId: 'model-1', dimensions: 16 }, [{ memoryId: memory.id, contentVersion: 1, vectors: [vector] }])
  }
  await store.update(stored[0]?.memory.id ?? '', { summary: 'changed' }, change)
}

function aMemory(): NewMemory {
  const id = newId()
  return {
    id,
    content: `written before the crash: ${id}`,
    tags: ['crash'],
    importance: 0.5,
    access_level: 'private',
    shared_with: [],
    agent_id: 'alice',
    namespace: 'team-a',
    context: {},
    pinned: false,
    created_at: now,
    links: [],
  }
}
