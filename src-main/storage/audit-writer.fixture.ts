import { silentLog } from '../base/log.ts'
import { openStores } from './open-stores.ts'

// `node audit-writer.fixture.ts FILE BACKUPS AGENT COUNT`: appends to the audit log of a file, one entry after another.
const [file = '', backupFolder = '', agentId = '', count = ''] = process.argv.slice(2)
const { audit, memories } = await openStores({ provider: 'sqlite', file, backupFolder, synchronous: 'normal', log: silentLog })
for (let index = 0; index < Number(count); index += 1)
  await audit.append([{ at: new Date().toISOString(), action: 'store_memory', agentId, namespace: 'acme', outcome: 'ok' }])
await memories.close()
