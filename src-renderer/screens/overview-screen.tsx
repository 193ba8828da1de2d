import { useMemo } from 'react'
import { ActivityList } from '../components/activity-list.tsx'
import { Banner } from '../components/banner.tsx'
import { Button } from '../components/button.tsx'
import { CallsChart } from '../components/calls-chart.tsx'
import { Face } from '../components/face.tsx'
import { Figures } from '../components/figures.tsx'
import { HealthList, Troubles } from '../components/health-list.tsx'
import { LatencyChart } from '../components/latency-chart.tsx'
import { ServerStatus } from '../components/server-status.tsx'
import { SessionList } from '../components/session-list.tsx'
import { count, latency, rate } from '../format/numbers.ts'
import { latencySeries, stackedBins } from '../model/rate-series.ts'
import { WINDOW_SECONDS, callsPerMinute, type RatePoint } from '../model/rate-window.ts'
import type { Stores } from '../state/stores.ts'
import { useStore } from '../state/use-store.ts'
import { strings } from '../strings/strings.ts'
import { PortNotes } from './port-notes.tsx'

const ROWS_SHOWN = 30
const words = strings.overview

/** Is it running, and who is connected? */
export function OverviewScreen({ stores, theme }: { readonly stores: Stores; readonly theme: string }) {
  const overview = useStore(stores.overview.store, (state) => state)
  const connection = useStore(stores.connection, (state) => state.status)
  const now = useStore(stores.clock, (time) => time)
  const isLost = connection === 'reconnecting'
  const { health, sessions, rates, startedAt } = overview

  if (overview.status === 'failed') {
    return (
      <main className="screen">
        <Face fill title={isLost ? strings.connection.reconnecting : words.loadFailed} text={overview.error}>
          <Button onClick={() => stores.retryNow()}>{strings.common.retry}</Button>
        </Face>
      </main>
    )
  }
  return (
    <main className="screen overview" aria-busy={overview.status === 'loading'}>
      {isLost && (
        <Banner
          action={
            <Button small onClick={() => stores.retryNow()}>
              {strings.common.retry}
            </Button>
          }
        >
          <b>{strings.connection.reconnecting}</b> {strings.connection.lost}
        </Banner>
      )}
      <PortNotes />
      <ServerStatus
        status={health?.status}
        isReachable={!isLost}
        startedAt={startedAt}
        now={now}
        restUrl={location.origin}
        wsUrl={textOf(health?.checks.sessions['ws_url'])}
        version={health?.version}
      />
      {health && !isLost && <Troubles checks={health.checks} />}
      <div className={isLost ? 'overview-body offline' : 'overview-body'}>
        <div className="overview-pair top">
          <Figures figures={figuresOf(overview)} />
          {health && <HealthList checks={health.checks} />}
        </div>
        <Charts rates={rates} now={now} theme={theme} />
        <div className="overview-pair lists">
          <section aria-label={words.sessionsNow}>
            <div className="section-head">
              <h2>{words.sessionsNow}</h2>
            </div>
            <SessionList sessions={sessions} now={now} />
          </section>
          <section aria-label={words.justHappened} className="activity-section">
            <div className="section-head">
              <h2>{words.justHappened}</h2>
            </div>
            <div className="activity-clip">
              <ActivityList items={overview.activity.slice(0, ROWS_SHOWN)} previews={overview.previews} now={now} />
            </div>
          </section>
        </div>
      </div>
    </main>
  )
}

function Charts({ rates, now, theme }: { readonly rates: readonly RatePoint[]; readonly now: number; readonly theme: string }) {
  // The server's clock moves the charts while it is heard, this machine's when it is not.
  const end = rates.at(-1)?.at ?? Math.floor(now / 1000)
  const bins = useMemo(() => stackedBins(rates, end), [rates, end])
  const latencies = useMemo(() => latencySeries(rates), [rates])
  return (
    <div className="overview-pair">
      <CallsChart {...bins} end={end} seconds={WINDOW_SECONDS} theme={theme} />
      <LatencyChart {...latencies} end={end} seconds={WINDOW_SECONDS} theme={theme} />
    </div>
  )
}

function figuresOf({ sessions, totalMemories, rates, status }: ReturnType<Stores['overview']['store']['getState']>) {
  // REST callers hold no session; they count by their calls of the last minutes.
  const agents = new Set([...sessions.map((session) => session.agent_id), ...rates.flatMap((point) => Object.keys(point.callsByAgent))])
    .size
  const perMinute = callsPerMinute(rates)
  const p95 = rates.at(-1)?.latency?.p95
  const known = (value: string) => (status === 'loading' ? '–' : value)
  return [
    { key: 'sessions', value: known(count(sessions.length)), label: words.sessions(sessions.length) },
    { key: 'agents', value: known(count(agents)), label: words.agents(agents) },
    { key: 'memories', value: totalMemories === undefined ? '–' : count(totalMemories), label: words.memories(totalMemories ?? 0) },
    { key: 'calls', value: perMinute === undefined ? '–' : rate(perMinute), label: words.callsPerMinute },
    { key: 'p95', value: p95 === undefined ? '–' : latency(p95), label: words.p95 },
  ]
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
