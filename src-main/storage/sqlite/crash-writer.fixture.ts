import { silentLog } from '../../base/log.ts'
import { aMemory, alice, by, embed, vector } from '../fixtures.conformance.ts'
import { openSqliteMemoryStore } from './sqlite-memory-store.ts'

/** A program to be killed: stores without end, and prints each id once it is promised to be kept. */
const [file = '', backupFolder = ''] = process.argv.slice(2)
const store = await openSqliteMemoryStore({ file, backupFolder, synchronous: 'normal', log: silentLog })
for (let i = 0; ; i++) {
  const stored = await Promise.all(
    Array.from({ length: 8 }, () =>
      store.insert(aMemory({ content: `crash ${process.pid} ${i} ${Math.random()}`, tags: ['crash'] }), by(alice)),
    ),
  )
  for (const { memory } of stored) process.stdout.write(`${memory.id}\n`)
  for (const { memory } of stored) await embed(store, memory, [vector(i)])
  await store.update(stored[0]?.memory.id ?? '', { summary: 'changed' }, by(alice))
}
