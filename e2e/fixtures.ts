import { test as base } from '@playwright/test'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ServerPlace } from './processes/server-process.ts'
import type { RunningServer, ServerOptions } from './processes/server-process.ts'

export { expect } from '@playwright/test'

/** Something a test opened: closed after it, also when it fails. */
interface Closable {
  close(): unknown
}

interface TestFixtures {
  /** A fresh folder for one server. Whatever runs there ends with the test, and the folder goes. */
  readonly makePlace: () => ServerPlace
  /** A server on a fresh folder. */
  readonly startServer: (options?: ServerOptions) => Promise<RunningServer>
  /** Closes it after the test, and returns it. */
  readonly closing: <T extends Closable>(opened: T) => T
}

interface WorkerFixtures {
  /** One healthy server for all tests of a worker that do no harm to it. Take agent names of your own. */
  readonly sharedServer: RunningServer
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads from the pattern which fixtures this one needs
  makePlace: async ({}, use) => {
    const places: ServerPlace[] = []
    await use(() => {
      const place = new ServerPlace(temporaryFolder())
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
    // eslint-disable-next-line no-empty-pattern -- the same
    async ({}, use) => {
      const place = new ServerPlace(temporaryFolder())
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
