import { test as base } from '@playwright/test'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RunStores, whyNoStore } from './processes/run-stores.ts'
import type { StoreKind } from './processes/run-stores.ts'
import { ServerPlace } from './processes/server-process.ts'
import type { RunningServer, ServerOptions } from './processes/server-process.ts'

export { expect } from '@playwright/test'

/** Something a test opened: closed after it, also when it fails. */
interface Closable {
  close(): unknown
}

interface TestFixtures {
  /** Skips what this run cannot have, by name and with the reason. */
  readonly fitsStore: undefined
  /** A fresh folder and store for one server. Whatever runs there ends with the test, and the folder goes. */
  readonly makePlace: () => ServerPlace
  /** A server on a fresh folder. */
  readonly startServer: (options?: ServerOptions) => Promise<RunningServer>
  /** Closes it after the test, and returns it. */
  readonly closing: <T extends Closable>(opened: T) => T
}

interface WorkerFixtures {
  /** Of the project: what every server that a test starts keeps things in. */
  readonly store: StoreKind
  /** A place with a store of its own, for what outlives one test. Who takes it removes it. */
  readonly newPlace: () => ServerPlace
  /** One healthy server for all tests of a worker that do no harm to it. Take agent names of your own. */
  readonly sharedServer: RunningServer
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  store: ['sqlite', { option: true, scope: 'worker' }],
  newPlace: [
    async ({ store }, use) => {
      if (whyNoStore(store) !== undefined) return use(() => new ServerPlace(temporaryFolder()))
      const stores = await RunStores.start(store)
      await use(() => new ServerPlace(temporaryFolder(), stores.forPlace()))
      await stores.remove()
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  fitsStore: [
    async ({ store }, use, { tags }) => {
      const missing = whyNoStore(store)
      test.skip(missing !== undefined, missing)
      test.skip(store !== 'sqlite' && tags.includes('@sqlite'), 'it is about the file of SQLite itself')
      await use(undefined)
    },
    { auto: true },
  ],
  makePlace: async ({ newPlace }, use) => {
    const places: ServerPlace[] = []
    await use(() => {
      const place = newPlace()
      places.push(place)
      return place
    })
    await Promise.all(places.map((place) => place.remove()))
  },
  startServer: async ({ makePlace }, use) => {
    await use((options) => makePlace().start(options))
  },
  closing: async ({ startServer: _serversOutliveClients }, use) => {
    const opened: Closable[] = []
    await use((part) => {
      opened.push(part)
      return part
    })
    await Promise.allSettled(opened.map((part) => part.close()))
  },
  sharedServer: [
    async ({ newPlace }, use) => {
      const place = newPlace()
      const server = await place.start()
      await use(await server.untilHealthy())
      await place.remove()
    },
    { scope: 'worker', timeout: 60_000 },
  ],
})

function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'tmws-e2e-'))
}
