import { absoluteTime, duration } from '../format/relative-time.ts'
import { strings } from '../strings/strings.ts'
import { CopyButton } from './copy-button.tsx'

interface ServerStatusProps {
  readonly status?: 'healthy' | 'degraded' | 'unhealthy' | undefined
  readonly isReachable: boolean
  /** Epoch ms. */
  readonly startedAt?: number | undefined
  readonly now: number
  readonly restUrl: string
  readonly wsUrl?: string | undefined
  readonly version?: string | undefined
}

/** Is it running, since when, and where. */
export function ServerStatus({ status, isReachable, startedAt, now, restUrl, wsUrl, version }: ServerStatusProps) {
  const words = { healthy: strings.overview.running, degraded: strings.overview.degraded, unhealthy: strings.overview.unhealthy }
  const text = !isReachable ? strings.overview.stopped : status ? words[status] : strings.connection.connecting
  return (
    <header className="server-status">
      <span className={`status-dot ${isReachable ? (status ?? 'waiting') : 'unhealthy'}`} />
      <h1>{text}</h1>
      {isReachable && startedAt !== undefined && (
        <span className="figures faint" title={strings.overview.since(absoluteTime(new Date(startedAt).toISOString()))}>
          {duration(now - startedAt)}
        </span>
      )}
      <span className="spacer" />
      {wsUrl !== undefined && <Address name="ws" what={strings.overview.wsAddress} url={wsUrl} />}
      <Address name="rest" what={strings.overview.restAddress} url={restUrl} />
      {version !== undefined && <span className="faint figures">v{version}</span>}
    </header>
  )
}

function Address({ name, what, url }: { readonly name: string; readonly what: string; readonly url: string }) {
  return (
    <span className="address" title={url}>
      <span className="faint">{name}</span>
      <span className="mono">{url.replace(/^\w+:\/\//, '').replace(/\/$/, '')}</span>
      <CopyButton text={url} what={what} />
    </span>
  )
}
