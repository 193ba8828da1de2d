import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Agent } from '../api/types.ts'
import { Age } from '../components/age.tsx'
import { AgentName } from '../components/agent-name.tsx'
import { AgentPane } from './agent-pane.tsx'
import { Button } from '../components/button.tsx'
import { DataTable, type Column } from '../components/data-table.tsx'
import { Face } from '../components/face.tsx'
import { FindField } from '../components/find-field.tsx'
import { QueryFace } from './query-face.tsx'
import { ScreenHead } from '../components/screen-head.tsx'
import { StateMark } from '../components/state-mark.tsx'
import { count } from '../format/numbers.ts'
import { NO_FILTERS } from '../model/memory-filters.ts'
import type { Stores } from '../state/stores.ts'
import { useStore } from '../state/use-store.ts'
import { strings } from '../strings/strings.ts'

const words = strings.agents

/** Who there is, who is here now, and how much each has kept. */
export function AgentsScreen({ stores }: { readonly stores: Stores }) {
  const { router, coordination } = stores
  const [text, setText] = useState('')
  const selectedId = useStore(router.store, (route) => route.id)
  const now = useStore(stores.clock, (time) => time)
  const query = useInfiniteQuery({
    queryKey: ['agents'],
    queryFn: ({ pageParam, signal }) => coordination.agents(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor,
  })
  const agents = query.data?.pages.flatMap((page) => page.agents) ?? []
  const wanted = text.trim().toLowerCase()
  const shown = agents.filter(({ agent_id, display_name }) => `${agent_id} ${display_name}`.toLowerCase().includes(wanted))
  const select = (id: string | undefined) => router.replace(id === undefined ? { screen: 'agents' } : { screen: 'agents', id })
  const selected = agents.find((agent) => agent.agent_id === selectedId)
  const showMemories = (agentId: string) => {
    stores.list.replaceFilters({ ...NO_FILTERS, agentId })
    stores.list.setQuery('')
    router.go({ screen: 'memories' })
  }
  return (
    <main className="screen with-pane">
      <section className="main-column" aria-label={words.title}>
        <ScreenHead title={words.title} note={query.data ? words.note(agents.length) : undefined}>
          <FindField label={words.find} value={text} onChange={setText} />
        </ScreenHead>
        <QueryFace query={query}>
          {agents.length === 0 ? (
            <Face fill title={words.empty} text={words.emptyHow}>
              <Button onClick={() => router.go({ screen: 'connect' })}>{strings.sessions.connect}</Button>
            </Face>
          ) : shown.length === 0 ? (
            <Face fill title={words.noMatch(text)} />
          ) : (
            <DataTable
              label={words.table}
              columns={columnsAt(now)}
              rows={shown}
              keyOf={(agent) => agent.agent_id}
              selectedKey={selectedId}
              onSelect={(agent) => select(agent.agent_id)}
              onNearEnd={() => {
                if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage()
              }}
            />
          )}
        </QueryFace>
      </section>
      {selected && (
        <AgentPane
          preferences={stores.preferences}
          agent={selected}
          now={now}
          onMemories={() => showMemories(selected.agent_id)}
          onAudit={() => router.go({ screen: 'audit', id: `agent:${selected.agent_id}` })}
          onClose={() => select(undefined)}
        />
      )}
    </main>
  )
}

function columnsAt(now: number): readonly Column<Agent>[] {
  const { columns } = words
  return [
    {
      key: 'name',
      head: columns.name,
      width: 'minmax(130px, 1.6fr)',
      cell: ({ agent_id, display_name }) => (
        <span className="name-pair">
          <AgentName agentId={agent_id} />
          {display_name !== agent_id && <span className="faint truncate">{display_name}</span>}
        </span>
      ),
    },
    { key: 'namespace', head: columns.namespace, width: 'minmax(80px, 1fr)', hideBelow: 520, cell: ({ namespace }) => namespace },
    {
      key: 'state',
      head: columns.state,
      width: '108px',
      cell: ({ status }) => <StateMark tone={status === 'active' ? 'live' : 'quiet'} text={words.states[status]} />,
    },
    { key: 'memories', head: columns.memories, width: '80px', align: 'right', cell: ({ memory_count }) => count(memory_count) },
    { key: 'level', head: columns.level, width: '110px', hideBelow: 680, cell: ({ access_level }) => strings.levels[access_level] },
    {
      key: 'seen',
      head: columns.seen,
      width: '84px',
      align: 'right',
      cell: ({ last_seen_at }) => (last_seen_at === undefined ? words.never : <Age at={last_seen_at} now={now} />),
    },
  ]
}
