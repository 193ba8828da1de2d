import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { Download, ShieldCheck } from 'lucide-react'
import { useState } from 'react'
import { API_PREFIX } from '../../src-main/contract/protocol.ts'
import { messageOf } from '../api/server-error.ts'
import { toQuery } from '../api/request.ts'
import type { AuditEntry } from '../api/types.ts'
import { Banner } from '../components/banner.tsx'
import { Button, IconButton } from '../components/button.tsx'
import { DataTable, type Column } from '../components/data-table.tsx'
import { Face } from '../components/face.tsx'
import { AgentName } from '../components/agent-name.tsx'
import { StateMark } from '../components/state-mark.tsx'
import { ScreenHead } from '../components/screen-head.tsx'
import { count } from '../format/numbers.ts'
import { absoluteTime, clockTime } from '../format/relative-time.ts'
import { NO_CHOICE, auditFilterOf } from '../model/audit-filters.ts'
import type { Stores } from '../state/stores.ts'
import { useStore } from '../state/use-store.ts'
import { strings } from '../strings/strings.ts'
import { AuditFilterBar } from './audit-filter-bar.tsx'
import { AuditPane } from './audit-pane.tsx'
import { QueryFace } from './query-face.tsx'

const words = strings.audit
/** `#/audit/agent:researcher`: the log of one agent. */
const AGENT_LINK = 'agent:'

/** What was done, by whom, from where, and how it ended. */
export function AuditScreen({ stores }: { readonly stores: Stores }) {
  const { router, operations } = stores
  const id = useStore(router.store, (route) => route.id)
  const linkedAgent = id?.startsWith(AGENT_LINK) ? id.slice(AGENT_LINK.length) : ''
  const [choice, setChoice] = useState({ ...NO_CHOICE, agentId: linkedAgent })
  const now = useStore(stores.clock, (time) => Math.floor(time / 60_000) * 60_000)
  const filter = auditFilterOf(choice, now)
  const query = useInfiniteQuery({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam, signal }) => operations.audit(filter, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: (before) => before,
  })
  const verdict = useMutation({ mutationFn: () => operations.verifyAudit() })
  const entries = query.data?.pages.flatMap((page) => page.entries) ?? []
  const counts = query.data?.pages[0]?.counts
  const selected = entries.find(({ seq }) => String(seq) === id)
  const select = (seq: string | undefined) => router.replace(seq === undefined ? { screen: 'audit' } : { screen: 'audit', id: seq })
  const exportUrl = `${API_PREFIX}/audit/export?${toQuery(filter)}`
  return (
    <main className="screen with-pane">
      <section className="main-column" aria-label={words.title}>
        <ScreenHead title={words.title} note={counts && words.note(count(counts.ok + counts.denied + counts.failed))}>
          <Button icon={<ShieldCheck size={14} />} disabled={verdict.isPending} onClick={() => verdict.mutate()}>
            {verdict.isPending ? words.verifying : words.verify}
          </Button>
          <IconButton look="plain" label={words.exportAll} icon={<Download size={14} />} onClick={() => location.assign(exportUrl)} />
        </ScreenHead>
        {verdict.data && (
          <Banner tone={verdict.data.ok ? 'ok' : 'error'}>
            {verdict.data.ok ? words.intact(count(verdict.data.checked)) : words.broken(verdict.data.broken?.message ?? '')}
          </Banner>
        )}
        {verdict.error && <Banner tone="error">{messageOf(verdict.error)}</Banner>}
        <AuditFilterBar choice={choice} onChange={setChoice} />
        <QueryFace query={query}>
          {entries.length === 0 ? (
            <Face fill title={words.empty} text={words.emptyHow} />
          ) : (
            <DataTable
              label={words.table}
              columns={COLUMNS}
              rows={entries}
              keyOf={({ seq }) => String(seq)}
              selectedKey={selected && id}
              isBusy={query.isFetching}
              onSelect={({ seq }) => select(String(seq))}
              onNearEnd={() => {
                if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage()
              }}
            />
          )}
        </QueryFace>
      </section>
      {selected && <AuditPane preferences={stores.preferences} entry={selected} onClose={() => select(undefined)} />}
    </main>
  )
}

const TONES = { ok: 'ok', denied: 'warn', failed: 'error' } as const

const COLUMNS: readonly Column<AuditEntry>[] = [
  {
    key: 'at',
    head: words.columns.at,
    width: '132px',
    cell: ({ at }) => (
      <time className="figures" dateTime={at} title={absoluteTime(at)}>
        {clockTime(at)}
      </time>
    ),
  },
  { key: 'agent', head: words.columns.agent, width: 'minmax(100px, 1fr)', cell: ({ agent_id }) => <AgentName agentId={agent_id} /> },
  {
    key: 'action',
    head: words.columns.action,
    width: 'minmax(110px, 1.1fr)',
    cell: ({ action }) => <span className="mono">{action}</span>,
  },
  {
    key: 'object',
    head: words.columns.object,
    width: 'minmax(110px, 1.3fr)',
    hideBelow: 640,
    cell: ({ object }) => <ObjectName object={object} />,
  },
  {
    key: 'outcome',
    head: words.columns.outcome,
    width: '96px',
    cell: ({ outcome }) => <StateMark tone={TONES[outcome]} text={words.outcomes[outcome]} />,
  },
  {
    key: 'address',
    head: words.columns.address,
    width: '110px',
    hideBelow: 820,
    cell: ({ address }) => address ?? <span className="faint">{words.server}</span>,
  },
]

function ObjectName({ object }: Pick<AuditEntry, 'object'>) {
  if (!object) return '–'
  const [first, ...others] = object.ids
  return (
    <>
      {words.objects[object.kind]} <span className="mono faint">{first}</span>
      {others.length > 0 && <span className="faint"> {words.more(others.length)}</span>}
    </>
  )
}
