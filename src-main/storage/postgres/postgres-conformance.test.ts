import { sharedSessionConformance } from '../session-store.conformance.ts'
import { transferStoreConformance } from '../transfer-store.conformance.ts'
import { allPortsConformance } from './all-ports.conformance.ts'
import { openPostgresStores } from './open-postgres-stores.ts'
import { describePostgres, openEmptied, optionsOf, runSql } from './postgres.fixture.ts'

/** More than a test of the transfer port opens at once. */
const DATABASES = 5

describePostgres('on PostgreSQL', (cluster) => {
  const open = (url: string) => openEmptied(optionsOf(url), (text) => runSql(url, text))
  allPortsConformance(() => open(cluster().url))

  sharedSessionConformance('PostgresSessionStore', async (holder) => {
    const { sessions, memories } = await openPostgresStores(optionsOf(cluster().url))
    sessions.serveAs(holder)
    return { store: sessions, die: () => memories.close() }
  })

  // Records cross between databases, which are opened by turns.
  const urls: string[] = []
  let opened = 0
  transferStoreConformance('PostgresTransferStore', () => {
    const turn = opened++ % DATABASES
    return open((urls[turn] ??= cluster().createDatabase(`moved_${turn}`)))
  })
})
