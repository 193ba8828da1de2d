import RedisMock from 'ioredis-mock'
import { afterAll, afterEach, beforeAll, describe } from 'vitest'
import { silentLog } from '../../../base/log.ts'
import type { Log } from '../../../base/log.ts'
import { findRedis, RedisProcess } from '../../../../resources/scripts/redis-process.ts'
import { RedisLink } from '../redis-link.ts'

let serial = 0

/** A prefix that no other test uses. */
export function freshPrefix(): string {
  return `test-${process.pid}-${serial++}:`
}

/** A link to a Redis inside the process, empty. */
export async function mockLink(): Promise<RedisLink> {
  const host = `mock-${serial++}`
  const link = new RedisLink({
    url: `redis://${host}`,
    prefix: 'tmws:',
    log: silentLog,
    openClient: () => new RedisMock({ host }), // it stands in for the client
  })
  if (!(await link.ready(5_000))) throw new Error('The mock does not answer.')
  return link
}

export interface RealRedis {
  /** The server; one for the whole suite. */
  readonly server: () => RedisProcess
  /** A link to it that works, closed after the test. Links of one prefix share what they hold. */
  readonly link: (options?: { readonly prefix?: string; readonly log?: Log }) => Promise<RedisLink>
}

/** A suite on a real server of its own; without one on the machine it is skipped by name. */
export function describeOnRedis(name: string, suite: (redis: RealRedis) => void): void {
  const hasRedis = findRedis() !== undefined
  describe.skipIf(!hasRedis)(hasRedis ? name : `${name} (skipped: there is no redis-server)`, () => {
    let server: RedisProcess
    const links: RedisLink[] = []
    beforeAll(async () => {
      server = await RedisProcess.start()
    })
    afterEach(() => {
      for (const link of links.splice(0)) link.close()
    })
    afterAll(() => server.remove())
    suite({
      server: () => server,
      link: async ({ prefix = freshPrefix(), log = silentLog } = {}) => {
        const link = new RedisLink({ url: server.url, prefix, log })
        links.push(link)
        if (!(await link.ready(10_000))) throw new Error('Redis does not answer.')
        return link
      },
    })
  })
}
