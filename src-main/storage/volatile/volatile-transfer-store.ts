import { quantize } from '../quantized-vector.ts'
import { meetAgent, meetExecution, meetTask, meetWorkflow, mergeAgent, NEW, skipWithMemory } from '../transfer-rules.ts'
import { EVERYTHING, TRANSFER_KINDS } from '../transfer-store.ts'
import type {
  TransferKind,
  TransferPage,
  TransferRecord,
  TransferSelection,
  TransferStore,
  WriteOptions,
  WriteOutcome,
} from '../transfer-store.ts'
import type { VolatileAgentStore } from './volatile-agent-store.ts'
import type { VolatileExecutionStore } from './volatile-execution-store.ts'
import type { VolatileMemoryStore } from './volatile-memory-store.ts'
import type { VolatileTaskStore } from './volatile-task-store.ts'
import { mergeHistory, mergeMemory, mergeVectors } from './volatile-transfer-merge.ts'
import type { VolatileWorkflowStore } from './volatile-workflow-store.ts'

export interface VolatileStores {
  readonly memories: VolatileMemoryStore
  readonly agents: VolatileAgentStore
  readonly tasks: VolatileTaskStore
  readonly workflows: VolatileWorkflowStore
  readonly executions: VolatileExecutionStore
}

const PAGE_RECORDS = 128

/** TransferStore over plain maps. */
export class VolatileTransferStore implements TransferStore {
  readonly #stores: VolatileStores
  #mark: string | undefined

  constructor(stores: VolatileStores) {
    this.#stores = stores
  }

  read(kind: TransferKind, selection: TransferSelection, cursor = ''): Promise<TransferPage> {
    const groups = this.#groups(kind, selection).filter(({ id }) => id > cursor)
    const page = groups.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, PAGE_RECORDS)
    const last = page.at(-1)
    const records = structuredClone(page.flatMap((group) => group.records()))
    return Promise.resolve({ records, ...(last && groups.length > page.length && { nextCursor: last.id }) })
  }

  count(selection: TransferSelection): Promise<Readonly<Record<TransferKind, number>>> {
    const counts = TRANSFER_KINDS.map((kind) => [kind, this.#groups(kind, selection).length])
    return Promise.resolve(Object.fromEntries(counts) as Record<TransferKind, number>) // one entry for each kind
  }

  async write(records: readonly TransferRecord[], options: WriteOptions): Promise<WriteOutcome[]> {
    const own = structuredClone(records)
    const outcomes = new Map<TransferRecord, WriteOutcome>()
    for (const record of own) if (record.kind === 'memory') outcomes.set(record, await this.#merge(record, options))
    skipWithMemory(own, outcomes)
    for (const record of own) if (!outcomes.has(record)) outcomes.set(record, await this.#merge(record, options))
    return own.flatMap((record) => outcomes.get(record) ?? [])
  }

  getMark(): Promise<string | undefined> {
    return Promise.resolve(this.#mark)
  }

  setMark(mark: string | undefined): Promise<void> {
    this.#mark = mark
    return Promise.resolve()
  }

  async #merge(record: TransferRecord, options: WriteOptions): Promise<WriteOutcome> {
    const { agents, memories, tasks, workflows, executions } = this.#stores
    const isToWrite = ({ result }: WriteOutcome): boolean => options.dryRun !== true && (result === 'new' || result === 'replaced')
    switch (record.kind) {
      case 'memory':
        return mergeMemory(memories, record.memory, options)
      case 'history':
        return mergeHistory(memories, record, options)
      case 'vector':
        return mergeVectors(memories, record, options)
      case 'agent': {
        const { agent } = record
        const there = agents.records.get(agent.agent_id)
        const outcome = there ? meetAgent(there, agent, options) : NEW
        if (isToWrite(outcome)) agents.records.set(agent.agent_id, there ? mergeAgent(there, agent) : agent)
        return outcome
      }
      case 'task': {
        const [there] = await tasks.rows.find([record.task.id])
        const outcome = there ? meetTask(there, record.task, options) : NEW
        if (isToWrite(outcome)) await (there ? tasks.rows.write(record.task) : tasks.rows.insert(record.task))
        return outcome
      }
      case 'workflow': {
        const { workflow } = record
        const there = workflows.all.find(({ id }) => id === workflow.id)
        const outcome = there ? meetWorkflow(there, workflow, options) : NEW
        if (outcome.result !== 'new' && outcome.result !== 'replaced') return outcome
        const hasNamesake = workflows.all.some(
          ({ id, name, namespace }) => id !== workflow.id && name === workflow.name && namespace === workflow.namespace,
        )
        if (hasNamesake) return { result: 'skipped', reason: 'name_taken' }
        if (isToWrite(outcome)) workflows.put(workflow)
        return outcome
      }
      case 'execution': {
        const there = executions.all.find(({ execution }) => execution.id === record.run.execution.id)
        const outcome = there ? meetExecution(there, record.run, options) : NEW
        if (isToWrite(outcome)) executions.put(record.run)
        return outcome
      }
    }
  }

  /** What is to be read of a kind, by the id that orders it. */
  #groups(kind: TransferKind, { namespace, agentId, trash, history, vectors }: TransferSelection = EVERYTHING) {
    const { agents, memories, tasks, workflows, executions } = this.#stores
    const isAsked = (itsNamespace: string, owner: string): boolean =>
      (namespace ?? itsNamespace) === itsNamespace && (agentId ?? owner) === owner
    switch (kind) {
      case 'agent':
        return [...agents.records.values()]
          .filter((agent) => isAsked(agent.namespace, agent.agent_id))
          .map((agent) => ({ id: agent.agent_id, records: (): TransferRecord[] => [{ kind, agent }] }))
      case 'memory':
        return [...memories.entries.values()]
          .filter(({ memory }) => isAsked(memory.namespace, memory.agent_id) && (trash || memory.deleted_at === undefined))
          .map((entry) => ({
            id: entry.memory.id,
            records: (): TransferRecord[] => [
              { kind, memory: entry.memory },
              ...(history ? entry.history : [])
                .toSorted((a, b) => a.version - b.version)
                .map((change): TransferRecord => ({ kind: 'history', memoryId: entry.memory.id, entry: change })),
              ...(vectors ? [...entry.vectors] : [])
                .filter(([, windows]) => windows.length > 0)
                .sort(([a], [b]) => (a < b ? -1 : 1))
                .map(([model, windows]): TransferRecord => ({
                  kind: 'vector',
                  memoryId: entry.memory.id,
                  model,
                  dimensions: windows[0]?.length ?? 0,
                  vectors: windows.map(quantize),
                })),
            ],
          }))
      case 'task':
        return tasks.rows
          .all()
          .filter(({ task }) => isAsked(task.namespace, task.created_by))
          .map(({ task }) => ({ id: task.id, records: (): TransferRecord[] => [{ kind, task }] }))
      case 'workflow':
        return workflows.all
          .filter((workflow) => isAsked(workflow.namespace, workflow.created_by))
          .map((workflow) => ({ id: workflow.id, records: (): TransferRecord[] => [{ kind, workflow }] }))
      case 'execution':
        return executions.all
          .filter(({ execution }) => isAsked(execution.namespace, execution.agent_id))
          .map((run) => ({ id: run.execution.id, records: (): TransferRecord[] => [{ kind, run }] }))
    }
  }
}
