import { newId } from '../../base/ids.ts'
import { silentLog } from '../../base/log.ts'
import { openSqliteMemoryStore } from './sqlite-memory-store.ts'

/** One of several programs that open the same file at once: stores its memories, all at once, and prints each acknowledged id. */

const [file = '', backupFolder = '', name = '', count = '0'] = process.argv.slice(2)
const now = new Date().toISOString()
const change = { scope: { kind: 'agent', agentId: name, namespace: 'team-a', isAdmin: false }, actor: name, now } as const
const store = await openSqliteMemoryStore({ file, backupFolder, synchronous: 'normal', log: silentLog })
await Promise.all(
  Array.from({ length: Number(count) }, async (_, number) => {
    const { memory } = await store.insert(
      {
        id: newId(),
        content: `note ${number} of ${name}`,
        tags: [],
        importance: 0.5,
        access_level: 'private',
        shared_with: [],
        agent_id: name,
        namespace: 'team-a',
        context: {},
        pinned: false,
        created_at: now,
        links: [],
      },
      change,
    )
    process.stdout.write(`${memory.id}\n`)
  }),
)
await store.close()
