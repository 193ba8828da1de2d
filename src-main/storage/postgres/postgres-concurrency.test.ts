import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../base/ids.ts'
import { OWNER_SCOPE } from '../../contract/scope.ts'
import type { Task } from '../../contract/task.ts'
import type { Execution } from '../../contract/workflow.ts'
import type { NewExecution } from '../execution-store.ts'
import { alice, aMemory, at, by, embed, OWNER, put, T0, vector } from '../fixtures.conformance.ts'
import { aRecord } from '../session-store.conformance.ts'
import { openPostgresStores } from './open-postgres-stores.ts'
import type { PostgresStores } from './open-postgres-stores.ts'
import { describePostgres, optionsOf, runSql } from './postgres.fixture.ts'

/** Two servers on one database, each with its own connections. */
describePostgres('two servers on one Postgres', (cluster) => {
  let servers: [PostgresStores, PostgresStores]
  beforeAll(async () => {
    servers = [await openPostgresStores(optionsOf(cluster().url)), await openPostgresStores(optionsOf(cluster().url))]
  })
  afterAll(() => Promise.all(servers.map(({ memories }) => memories.close())))

  const server = (index: number): PostgresStores => servers[index % 2]!
  const many = <T>(count: number, work: (stores: PostgresStores, index: number) => Promise<T>) =>
    Promise.allSettled(Array.from({ length: count }, (_, index) => work(server(index), index)))
  const values = <T>(results: readonly PromiseSettledResult<T>[]): T[] =>
    results.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const reasons = (results: readonly PromiseSettledResult<unknown>[]) =>
    results.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))

  describe('memories', () => {
    it('of the same content become one', async () => {
      const results = values(await many(20, ({ memories }) => memories.insert(aMemory({ content: 'the same words' }), by(alice))))
      expect(results).toHaveLength(20)
      expect(new Set(results.map(({ memory }) => memory.id)).size).toBe(1)
      expect(results.filter(({ isDuplicate }) => !isDuplicate)).toHaveLength(1)
    })

    it('get vectors of a model that nobody knew, from both at once, without a deadlock', async () => {
      const deadlocks = async () =>
        Number((await runSql<{ n: string }>(cluster().url, `SELECT deadlocks AS n FROM pg_stat_database WHERE datname = 'tmws'`))[0]?.n)
      const before = await deadlocks()
      const ids = await Promise.all(
        Array.from({ length: 16 }, (_, index) => put(server(index).memories, { content: `unembedded ${index}` })),
      )
      const results = await many(16, ({ memories }, index) =>
        memories.putVectors({ modelId: 'nobody knew', dimensions: 4 }, [
          { memoryId: ids[index]!.id, contentVersion: 1, vectors: [Float32Array.of(1, 0, 0, index)] },
        ]),
      )
      expect(reasons(results)).toEqual([])
      expect(values(results).every(Boolean)).toBe(true)
      // Sessions tell what they counted when they have been idle for a moment.
      await new Promise((resolve) => setTimeout(resolve, 1_500))
      expect(await deadlocks()).toBe(before)
    })

    it('take one of many changes of a version', async () => {
      const { id } = await put(server(0).memories)
      const results = await many(20, ({ memories }, index) =>
        memories.update(id, { summary: `try ${index}` }, by(alice), { expectedVersion: 1 }),
      )
      expect(values(results)).toHaveLength(1)
      for (const reason of reasons(results)) expect(reason).toMatchObject({ code: 'conflict', details: { version: 2 } })
    })

    it('take all changes one after another, numbered without holes', async () => {
      const { id } = await put(server(0).memories)
      const results = await many(40, ({ memories }, index) => memories.update(id, { tags: [`t${index}`] }, by(alice)))
      expect(values(results)).toHaveLength(40)
      const { entries } = await server(1).memories.history(id, alice, { limit: 100, now: T0 })
      expect(entries.map(({ version }) => version)).toEqual(Array.from({ length: 41 }, (_, index) => 41 - index))
      expect(entries[0]?.before?.tags).toHaveLength(1)
    })

    it('never end with two of the same content by way of changes', async () => {
      const ids = (await Promise.all(Array.from({ length: 6 }, () => put(server(0).memories)))).map(({ id }) => id)
      const results = await many(6, ({ memories }, index) => memories.update(ids[index]!, { content: 'wanted by all' }, by(alice)))
      expect(values(results)).toHaveLength(1)
      for (const reason of reasons(results)) expect(reason).toMatchObject({ code: 'conflict' })
    })

    it('count every access', async () => {
      const ids = (await Promise.all(Array.from({ length: 5 }, () => put(server(0).memories)))).map(({ id }) => id)
      await many(30, ({ memories }, index) => memories.touch(index % 2 === 0 ? ids : ids.toReversed(), T0))
      const found = await server(0).memories.getMany(ids, alice, T0)
      expect(found.map((memory) => memory.access_count)).toEqual([30, 30, 30, 30, 30])
    })

    it('that supersede each other crosswise all arrive', async () => {
      const [a, b] = [await put(server(0).memories), await put(server(0).memories)]
      const results = await many(20, ({ memories }, index) => {
        const [from, to] = index % 2 === 0 ? [a, b] : [b, a]
        return memories.update(from.id, { links: index % 4 < 2 ? [{ to: to.id, kind: 'supersedes' }] : [] }, by(alice))
      })
      expect(reasons(results)).toEqual([])
    })

    it('expire and leave the trash once, whoever sweeps', async () => {
      const kept = await Promise.all(
        Array.from({ length: 60 }, (_, index) => put(server(index).memories, { expires_at: at(1), agent_id: 'sweep' })),
      )
      const expired = values(await many(4, ({ memories }) => memories.expire(at(2))))
      expect(expired.reduce((sum, count) => sum + count, 0)).toBe(60)
      const { entries } = await server(0).memories.history(kept[0]!.id, OWNER, { limit: 10, now: at(2) })
      expect(entries.map(({ action }) => action)).toEqual(['expired', 'created'])
      const erased = values(await many(4, ({ memories }) => memories.emptyTrash(at(3))))
      expect(erased.reduce((sum, count) => sum + count, 0)).toBe(60)
    })

    it('are all on the backlog of a model that comes while they are stored', async () => {
      const first = await put(server(0).memories)
      const [embedded, ...stored] = await Promise.all([
        embed(server(0).memories, first, [vector(1)], 'sudden-model'),
        ...Array.from({ length: 40 }, (_, index) => put(server(index).memories, { agent_id: 'sudden' })),
      ])
      expect(embedded).toBe(true)
      const waiting = await server(1).memories.withoutVectors('sudden-model', 1000, T0)
      expect(waiting.map(({ id }) => id)).toEqual(expect.arrayContaining(stored.map(({ id }) => id)))
      expect(waiting.map(({ id }) => id)).not.toContain(first.id)
    })
  })

  describe('tasks', () => {
    const change = { scope: OWNER_SCOPE, now: T0 }
    const make = (dependencies: readonly string[] = []): Promise<Task> =>
      server(0).tasks.create(
        {
          id: newId(),
          title: 'A task',
          type: 'task',
          priority: 'low',
          progress: 0,
          created_by: 'alice',
          dependencies: [...dependencies],
          namespace: 'acme',
          notes: [],
          retry_count: 0,
        },
        change,
      )

    it('never close a circle together', async () => {
      // Each round waits until the database has seen that both wait for each other: a second.
      for (let round = 0; round < 3; round++) {
        const [c, a] = [await make(), await make()]
        const [b, d] = [await make([c.id]), await make([a.id])]
        const results = await Promise.allSettled([
          server(0).tasks.replace({ ...a, dependencies: [b.id] }, change),
          server(1).tasks.replace({ ...c, dependencies: [d.id] }, change),
        ])
        expect(values(results)).toHaveLength(1)
        expect(reasons(results)).toMatchObject([{ code: 'invalid_request' }])
      }
    })

    it('are released by the last of their dependencies, though both end at once', async () => {
      for (let round = 0; round < 8; round++) {
        const [a, b] = [await make(), await make()]
        const last = await make([a.id, b.id])
        await Promise.all([a, b].map((task, index) => server(index).tasks.replace({ ...task, status: 'completed' }, change)))
        expect(await server(0).tasks.get(last.id, OWNER_SCOPE)).toMatchObject({ status: 'pending' })
      }
    })

    it('made while their dependency ends are not left waiting', async () => {
      for (let round = 0; round < 8; round++) {
        const first = await make()
        const [, late] = await Promise.all([server(1).tasks.replace({ ...first, status: 'completed' }, change), make([first.id])])
        expect(await server(0).tasks.get(late.id, OWNER_SCOPE)).toMatchObject({ status: 'pending' })
      }
    })

    it('that are deleted are nobody’s dependency', async () => {
      for (let round = 0; round < 8; round++) {
        const first = await make()
        const results = await Promise.allSettled([server(1).tasks.delete(first.id, change, 1), make([first.id])])
        expect(values(results as PromiseSettledResult<Task>[])).toHaveLength(1)
      }
    })
  })

  describe('runs of workflows', () => {
    const run = (fields: Partial<Execution> = {}): NewExecution => {
      const id = newId()
      const steps = [{ id: 's', tool: 'wait', status: 'queued' as const, attempts: 0, logs: [] }]
      const execution: Execution = { id, workflow_id: 'w', workflow_name: 'w', workflow_version: 1, status: 'queued', trigger: 'call', agent_id: 'alice', namespace: 'acme', input: {}, depth: 0, root_execution_id: id, created_at: T0, steps, ...fields } // prettier-ignore
      return { execution, definition: [], scope: OWNER_SCOPE }
    }

    it('are claimed by one runner each', async () => {
      for (let index = 0; index < 60; index++) await server(index).executions.start(run(), 100)
      const claims = await many(12, async ({ executions }, index) => {
        const claim = { runnerId: `runner ${index}`, now: T0, leaseUntil: at(1), limit: 10, dead: [] }
        return [...(await executions.claim(claim)), ...(await executions.claim(claim))].map(({ execution }) => execution.id)
      })
      const claimed = values(claims).flat()
      expect(claimed).toHaveLength(60)
      expect(new Set(claimed).size).toBe(60)
    })

    it('of one id are started once', async () => {
      const one = run()
      const results = values(await many(10, ({ executions }) => executions.start(one, 100)))
      expect(results.map(({ id }) => id)).toEqual(Array.from({ length: 10 }, () => one.execution.id))
    })

    it('of one root keep to its steps', async () => {
      const root = run()
      await server(0).executions.start(root, 5)
      const results = await many(10, ({ executions }) => executions.start(run({ root_execution_id: root.execution.id, depth: 1 }), 5))
      expect(values(results)).toHaveLength(4)
      for (const reason of reasons(results)) expect(reason).toMatchObject({ code: 'conflict' })
    })
  })

  it('workflows of one name become one', async () => {
    const workflow = { name: 'daily', steps: [], version: 1, created_by: 'alice', namespace: 'acme', created_at: T0, updated_at: T0 }
    const results = await many(10, ({ workflows }) => workflows.create({ ...workflow, id: newId() }))
    expect(values(results)).toHaveLength(1)
    for (const reason of reasons(results)) expect(reason).toMatchObject({ code: 'conflict' })
  })

  it('a session goes to one of many who resume it', async () => {
    await server(0).sessions.save(aRecord('shared'), Date.parse(at(10)))
    const results = await many(20, ({ sessions }, index) =>
      sessions.take('hash of shared', {
        connectedAs: { agentId: 'alice', namespace: 'acme' },
        nextHash: `next ${index}`,
        holder: 'here',
        nowMs: Date.parse(T0),
        endsAtMs: Date.parse(at(10)),
      }),
    )
    expect(values(results).filter(Boolean)).toHaveLength(1)
  })

  it('has nothing out of step after all that', async () => {
    expect(await server(0).memories.checkIntegrity()).toEqual([])
  })

  describe('turns', () => {
    it('are for one at a time, and free again after', async () => {
      const turn = await server(0).takeTurn('work')
      expect(turn).toBeDefined()
      expect([await server(0).takeTurn('work'), await server(1).takeTurn('work')]).toEqual([undefined, undefined])
      const other = await server(1).takeTurn('other work')
      expect(other).toBeDefined()
      other?.release()
      turn?.release()
      await expect
        .poll(() =>
          server(1)
            .takeTurn('work')
            .then((next) => (next?.release(), next !== undefined)),
        )
        .toBe(true)
    })

    it('end with the connection that held them', async () => {
      await expect.poll(() => server(0).takeTurn('lost work')).toBeDefined()
      await runSql(cluster().url, `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'`)
      await expect
        .poll(() =>
          server(1)
            .takeTurn('lost work')
            .then((next) => (next?.release(), next !== undefined)),
        )
        .toBe(true)
      await expect
        .poll(() =>
          server(0)
            .takeTurn('lost work')
            .then((next) => (next?.release(), next !== undefined)),
        )
        .toBe(true)
    })
  })

  it('says what is out of step', async () => {
    const memory = await put(server(0).memories, { content: 'zebra', links: [{ to: (await put(server(0).memories)).id, kind: 'relates' }] })
    await embed(server(0).memories, memory, [vector(2)], 'checked-model')
    const [model] = await runSql<{ id: string }>(cluster().url, `SELECT id FROM embedding_models WHERE name = 'checked-model'`)
    await runSql(
      cluster().url,
      `DELETE FROM searched_vectors_${model!.id};
       DELETE FROM memory_documents WHERE memory_seq = (SELECT seq FROM memories WHERE content = 'zebra');
       UPDATE memory_links SET to_id = 'gone' WHERE memory_seq = (SELECT seq FROM memories WHERE content = 'zebra');
       DELETE FROM memory_history WHERE memory_seq = (SELECT seq FROM memories WHERE content = 'zebra')`,
    )
    expect(await server(0).memories.checkIntegrity()).toEqual([
      '1 live memories are missing from the word index',
      '1 memories have words in the index but no entry',
      '1 links lead to no memory',
      '1 memories have a history with holes',
      'the totals of the word index are wrong',
      '1 live memories have vectors that are not searched',
    ])
  })
})
