import { useMutation, useQuery } from '@tanstack/react-query'
import { Unplug } from 'lucide-react'
import { messageOf } from '../api/server-error.ts'
import type { SessionInfo } from '../api/types.ts'
import { Age } from '../components/age.tsx'
import { AgentName } from '../components/agent-name.tsx'
import { Button } from '../components/button.tsx'
import { DataTable, type Column } from '../components/data-table.tsx'
import { Face } from '../components/face.tsx'
import { Facts } from '../components/facts.tsx'
import { QueryFace } from './query-face.tsx'
import { ScreenHead } from '../components/screen-head.tsx'
import { SessionStreamList } from '../components/session-stream-list.tsx'
import { SidePane } from './side-pane.tsx'
import { bytes, count, latency } from '../format/numbers.ts'
import { isAgents } from '../model/sessions.ts'
import type { Stores } from '../state/stores.ts'
import { useStore } from '../state/use-store.ts'
import { strings } from '../strings/strings.ts'

const words = strings.sessions

/** Who is connected, what each asks, and how quickly it is answered. */
export function SessionsScreen({ stores }: { readonly stores: Stores }) {
  const { router, operations } = stores
  const selectedId = useStore(router.store, (route) => route.id)
  const now = useStore(stores.clock, (time) => time)
  const query = useQuery({ queryKey: ['sessions'], queryFn: ({ signal }) => operations.sessions(signal) })
  const sessions = (query.data ?? []).filter(isAgents)
  const select = (id: string | undefined) => router.replace(id === undefined ? { screen: 'sessions' } : { screen: 'sessions', id })
  return (
    <main className="screen with-pane">
      <section className="main-column" aria-label={words.title}>
        <ScreenHead title={words.title} note={query.data ? words.note(sessions.length) : undefined} />
        <QueryFace query={query}>
          {sessions.length === 0 ? (
            <Face fill title={words.empty} text={words.emptyHow}>
              <Button onClick={() => router.go({ screen: 'connect' })}>{words.connect}</Button>
            </Face>
          ) : (
            <DataTable
              label={words.table}
              columns={columnsAt(now)}
              rows={sessions}
              keyOf={(session) => session.session_id}
              selectedKey={selectedId}
              onSelect={(session) => select(session.session_id)}
            />
          )}
        </QueryFace>
      </section>
      {selectedId !== undefined && (
        <SessionPane
          stores={stores}
          id={selectedId}
          session={sessions.find((session) => session.session_id === selectedId)}
          now={now}
          onClose={() => select(undefined)}
        />
      )}
    </main>
  )
}

function columnsAt(now: number): readonly Column<SessionInfo>[] {
  const { columns } = words
  return [
    { key: 'agent', head: columns.agent, width: 'minmax(110px, 1.3fr)', cell: (session) => <AgentName agentId={session.agent_id} /> },
    { key: 'way', head: columns.transport, width: '84px', hideBelow: 480, cell: ({ transport }) => strings.overview.transports[transport] },
    { key: 'client', head: columns.client, width: 'minmax(80px, 1.2fr)', hideBelow: 700, cell: ({ client }) => client ?? '–' },
    { key: 'namespace', head: columns.namespace, width: 'minmax(70px, 1fr)', cell: ({ namespace }) => namespace },
    { key: 'age', head: columns.age, width: '52px', align: 'right', cell: ({ started_at }) => <Age at={started_at} now={now} /> },
    { key: 'requests', head: columns.requests, width: '72px', align: 'right', cell: ({ requests }) => count(requests) },
    {
      key: 'errors',
      head: columns.errors,
      width: '56px',
      hideBelow: 580,
      align: 'right',
      cell: ({ errors }) => (errors > 0 ? <span className="error-text">{count(errors)}</span> : '0'),
    },
    {
      key: 'p95',
      head: columns.p95,
      width: '64px',
      hideBelow: 640,
      align: 'right',
      cell: ({ requests, latency_ms }) => (requests > 0 ? latency(latency_ms.p95) : '–'),
    },
    {
      key: 'bytes',
      head: columns.bytes,
      width: '72px',
      hideBelow: 820,
      align: 'right',
      cell: ({ bytes_in, bytes_out }) => bytes(bytes_in + bytes_out),
    },
  ]
}

interface SessionPaneProps {
  readonly stores: Stores
  readonly id: string
  /** Absent when it has ended. */
  readonly session: SessionInfo | undefined
  readonly now: number
  readonly onClose: () => void
}

function SessionPane({ stores, id, session, now, onClose }: SessionPaneProps) {
  const calls = useStore(stores.sessionStream.store, (state) => state.calls.get(id))
  const disconnect = useMutation({
    mutationFn: (target: SessionInfo) => stores.operations.disconnect(target.session_id),
    onSuccess: (_answer, { agent_id }) => stores.toasts.show(words.disconnected(agent_id)),
    onError: (error) => stores.toasts.fail(messageOf(error)),
    onSettled: () => stores.queries.invalidateQueries({ queryKey: ['sessions'] }),
  })
  return (
    <SidePane
      preferences={stores.preferences}
      label={words.detail}
      title={session ? <AgentName agentId={session.agent_id} /> : words.detail}
      tools={
        session && (
          <Button
            small
            icon={<Unplug size={13} />}
            title={words.disconnectHow}
            disabled={disconnect.isPending}
            onClick={() => disconnect.mutate(session)}
          >
            {words.disconnect}
          </Button>
        )
      }
      onClose={onClose}
    >
      {session ? (
        <Facts
          facts={[
            { label: words.columns.client, value: session.client },
            { label: words.columns.namespace, value: session.namespace },
            { label: words.facts.started, value: <Age at={session.started_at} now={now} long /> },
            { label: words.facts.lastSeen, value: <Age at={session.last_seen_at} now={now} long /> },
            { label: words.facts.latency, value: `${latency(session.latency_ms.p50)} / ${latency(session.latency_ms.p95)}` },
            { label: words.facts.bytes, value: `${bytes(session.bytes_in)} / ${bytes(session.bytes_out)}` },
            { label: words.facts.pending, value: count(session.pending_requests) },
            { label: words.facts.subscriptions, value: count(session.subscriptions) },
            { label: words.facts.id, value: <span className="mono">{session.session_id}</span> },
          ]}
        />
      ) : (
        <Face title={words.gone} />
      )}
      <section className="pane-section" aria-label={words.stream}>
        <h3>{words.stream}</h3>
        <SessionStreamList calls={calls ?? []} now={now} />
      </section>
    </SidePane>
  )
}
