import { newId } from '../base/ids.ts'
import type { RunnableExecution } from './execution-store.ts'
import { alice, at, bob, by, embed, put, T0, vector } from './fixtures.conformance.ts'
import type { Stores } from './open-stores.ts'
import { EVERYTHING, TRANSFER_KINDS } from './transfer-store.ts'
import type { TransferRecord, TransferSelection, TransferStore } from './transfer-store.ts'

/** Every record of a store. */
export async function recordsOf(store: TransferStore, selection: TransferSelection = EVERYTHING): Promise<TransferRecord[]> {
  const all: TransferRecord[] = []
  for (const kind of TRANSFER_KINDS) {
    let cursor: string | undefined
    do {
      const page = await store.read(kind, selection, cursor)
      all.push(...page.records)
      cursor = page.nextCursor
    } while (cursor !== undefined)
  }
  return all
}

const IDS = { task: newId(), workflow: newId(), execution: newId() }

/** One record of each kind that has no parts. Those of two words have the same ids, and differ. */
export function aRecordOfEachKind(word: string) {
  const run: RunnableExecution = {
    execution: {
      id: IDS.execution,
      workflow_id: IDS.workflow,
      workflow_name: word,
      workflow_version: 3,
      status: 'completed',
      trigger: 'call',
      agent_id: 'alice',
      namespace: 'team-a',
      input: { word, b: 1, a: [null, { deep: 0.1 }] },
      output: { say: word },
      depth: 0,
      root_execution_id: IDS.execution,
      created_at: T0,
      started_at: at(1),
      completed_at: at(2),
      steps: [
        { id: 'one', tool: 'list_tasks', status: 'completed', attempts: 1, output: { total: 0 }, logs: [], started_at: at(1) },
        { id: 'two', tool: 'wait', status: 'skipped', attempts: 0, logs: [{ at: at(2), message: word }] },
      ],
    },
    definition: [{ id: 'one', tool: 'list_tasks', arguments: {}, depends_on: [], timeout_seconds: 300, on_error: 'halt' }],
    scope: alice,
  }
  return {
    agent: {
      kind: 'agent' as const,
      agent: {
        agent_id: 'alice',
        display_name: word,
        namespace: 'team-a',
        capabilities: { z: true, a: { nested: [1] } },
        access_level: 'team' as const,
        metadata: {},
        is_registered: true,
        created_at: T0,
      },
    },
    task: {
      kind: 'task' as const,
      task: {
        id: IDS.task,
        title: word,
        description: 'lines\nof text',
        type: 'task',
        status: 'failed' as const,
        priority: 'high' as const,
        progress: 40,
        created_by: 'alice',
        assigned_agent_id: 'bob',
        dependencies: [newId(1), newId(2)].map((_, index) => `00000000-0000-7000-8000-00000000000${index}`),
        namespace: 'team-a',
        due_at: at(10),
        result: null,
        error: 'it broke',
        notes: [{ at: T0, by: 'bob', text: 'hm' }],
        retry_count: 2,
        version: 7,
        created_at: T0,
        updated_at: at(3),
        started_at: at(1),
      },
    },
    workflow: {
      kind: 'workflow' as const,
      workflow: {
        id: IDS.workflow,
        name: word,
        steps: run.definition.slice(),
        schedule: { every_seconds: 60, input: { n: 1 }, enabled: true },
        next_run_at: at(100),
        version: 2,
        created_by: 'alice',
        namespace: 'team-a',
        created_at: T0,
        updated_at: T0,
      },
    },
    execution: { kind: 'execution' as const, run },
  }
}

/** A store with every kind of record, and memories in every state. */
export async function fillWithEverything(stores: Stores): Promise<void> {
  const { memories, transfer } = stores
  await transfer.write(Object.values(aRecordOfEachKind('filled')), { onConflict: 'skip', now: T0, actor: 'owner' })
  const open = aRecordOfEachKind('open').execution.run
  const id = newId()
  const waiting: RunnableExecution = {
    ...open,
    execution: { ...open.execution, id, root_execution_id: id, status: 'running', steps: open.execution.steps.slice(0, 1) },
    cancel: { id, reason: 'enough' },
  }
  const { completed_at: _, output: _output, ...running } = waiting.execution
  await transfer.write([{ kind: 'execution', run: { ...waiting, execution: running } }], { onConflict: 'skip', now: T0, actor: 'owner' })
  await stores.agents.see('Zoe', 'team-b', T0)
  await stores.agents.see('adam', 'team-b', at(1))
  await stores.agents.see('a-b', 'team-b', at(1))
  const plain = await put(memories, { content: 'plain "quotes" \\ and\nlines — 日本語 🦊' })
  const rich = await put(memories, {
    content: 'rich',
    summary: 'short',
    tags: ['b', 'a'],
    importance: 0.1 + 0.2,
    access_level: 'shared',
    shared_with: [{ agent_id: 'bob', permission: 'write', expires_at: at(500) }],
    context: { z: 1, a: { '2': 'two', '1': 'one' }, text: '\u2028' },
    source_url: 'https://example.com/x',
    pinned: true,
    expires_at: at(1_000),
    links: [{ to: plain.id, kind: 'supersedes' }],
  })
  await memories.update(rich.id, { importance: 0.9, summary: null }, by(alice, at(2)))
  await memories.touch([rich.id, plain.id], at(3))
  const gone = await put(memories, { content: 'gone', agent_id: 'bob' })
  await memories.trash(gone.id, by(bob, at(4)))
  await put(memories, { content: 'of bob', agent_id: 'bob', namespace: 'team-b' })
  await embed(memories, rich, [vector(1), vector(2, 0.1)])
  await embed(memories, gone, [vector(5)])
  await memories.putVectors({ modelId: 'another', dimensions: 16 }, [{ memoryId: rich.id, contentVersion: 1, vectors: [vector(7, 0.3)] }])
}
