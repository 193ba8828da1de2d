import type { Stores } from '../open-stores.ts'
import { transferStoreConformance } from '../transfer-store.conformance.ts'
import { describePostgres, openEmptied, optionsOf, runSql } from './postgres.fixture.ts'

describePostgres('moving data', (cluster) => {
  const free: string[] = []
  let made = 0

  /** Each of the stores that are open at once has a database of its own; a closed one leaves its database to the next. */
  async function open(): Promise<Stores> {
    const url = free.pop() ?? cluster().createDatabase(`moving_${made++}`)
    const stores = await openEmptied(optionsOf(url, { poolSize: 2 }), (text) => runSql(url, text))
    const close = stores.memories.close.bind(stores.memories)
    stores.memories.close = async () => {
      await close()
      free.push(url)
    }
    return stores
  }

  transferStoreConformance('PostgresTransferStore', open)
})
