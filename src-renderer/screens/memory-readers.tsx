import { useQuery } from '@tanstack/react-query'
import { OWNER_AGENT_ID } from '../../src-main/contract/protocol.ts'
import { Age } from '../components/age.tsx'
import { AgentName } from '../components/agent-name.tsx'
import { readersOf } from '../model/memory-readers.ts'
import type { Stores } from '../state/stores.ts'
import { useStore } from '../state/use-store.ts'
import { strings } from '../strings/strings.ts'

const words = strings.readers

interface MemoryReadersProps {
  readonly stores: Stores
  readonly memoryId: string
  readonly now: number
}

/** Which other agents were shown a memory, by the audit log. Nothing where there is no log to ask, or nobody to name. */
export function MemoryReaders({ stores, memoryId, now }: MemoryReadersProps) {
  const isOwner = useStore(stores.connection, (state) => state.isOwner)
  const { data } = useQuery({
    queryKey: ['audit', 'of', memoryId],
    queryFn: ({ signal }) => stores.operations.audit({ object_id: memoryId, outcome: 'ok' }, undefined, signal),
    enabled: isOwner,
  })
  const readers = readersOf(data?.entries ?? [], OWNER_AGENT_ID)
  if (readers.length === 0) return null
  return (
    <section className="detail-section" aria-label={words.title}>
      <h3>{words.title}</h3>
      <ul className="readers">
        {readers.map(({ agentId, at, times }) => (
          <li key={agentId}>
            <AgentName agentId={agentId} />
            <span className="faint">
              <Age at={at} now={now} long />
              {times > 1 && ` · ${strings.detail.timesRead(times)}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
