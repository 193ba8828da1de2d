import { expect, it } from 'vitest'
import { anEntry, at, expectChain } from '../audit-store.conformance.ts'
import { openPostgresStores } from './open-postgres-stores.ts'
import { describePostgres, openEmptied, optionsOf, runSql } from './postgres.fixture.ts'

describePostgres('the audit log of several servers on one PostgreSQL', (cluster) => {
  it('is one chain, whoever appends', async () => {
    const first = await openEmptied(optionsOf(cluster().url), (text) => runSql(cluster().url, text))
    const others = await Promise.all([1, 2, 3].map(() => openPostgresStores(optionsOf(cluster().url))))
    const servers = [first, ...others]
    await Promise.all(
      servers.flatMap(({ audit }, server) =>
        Array.from({ length: 40 }, (_, batch) =>
          audit.append(Array.from({ length: 1 + (batch % 3) }, () => anEntry({ agentId: `server-${server}`, requestId: `${batch}` }))),
        ),
      ),
    )
    const entries = await first.audit.readChain(0, 1_000)
    expectChain(entries)
    expect(new Set(entries.map(({ agent_id: agent }) => agent)).size).toBe(4)
    expect(entries).toHaveLength(4 * (14 + 2 * 13 + 3 * 13))
    await Promise.all(servers.map(({ memories }) => memories.close()))
  }, 60_000)

  it('lets nobody change what is in it', async () => {
    const { audit, memories } = await openEmptied(optionsOf(cluster().url), (text) => runSql(cluster().url, text))
    await audit.append([anEntry({ at: at(0) }), anEntry({ at: at(5) }), anEntry({ at: at(9) })])
    await audit.prune({ before: at(1), now: at(10), limit: 10, note: anEntry({ action: 'audit.prune', at: at(10) }) })
    const before = await audit.readChain(0, 10)
    const refused = [
      "UPDATE audit_entries SET agent_id = 'nobody' WHERE seq = 2",
      'DELETE FROM audit_entries WHERE seq = 3',
      'TRUNCATE audit_entries',
      'UPDATE audit_state SET anchor_seq = 0',
      'UPDATE audit_state SET head_seq = 2',
      'DELETE FROM audit_state',
      'TRUNCATE audit_state',
    ]
    for (const statement of refused) await expect(runSql(cluster().url, statement), statement).rejects.toThrow(/audit log/)
    expect(await audit.readChain(0, 10)).toEqual(before)
    await memories.close()
  })
})
