import type { ActivityRow } from '../model/activity.ts'
import { latency } from '../format/numbers.ts'
import { strings } from '../strings/strings.ts'
import { Age } from './age.tsx'
import { AgentName } from './agent-name.tsx'
import { Face } from './face.tsx'

interface ActivityListProps {
  readonly items: readonly ActivityRow[]
  /** Beginning of the text of a memory, where known. */
  readonly previews: ReadonlyMap<string, string>
  readonly now: number
}

/** What just happened, newest first. A new line slides in with a mark that fades. */
export function ActivityList({ items, previews, now }: ActivityListProps) {
  if (items.length === 0) return <Face level={3} title={strings.overview.nothingHappened} text={strings.overview.nothingHappenedHow} />
  return (
    <ul className="rows">
      {items.map((item) => (
        <li key={item.key} className={item.isOld ? 'row activity-row' : 'row activity-row new'}>
          <AgentName agentId={item.agentId} />
          <span className={item.kind === 'failed' ? 'activity-text failed' : 'activity-text'}>
            <span>{verbOf(item)}</span> <What item={item} previews={previews} />
          </span>
          <span className="figures faint right">
            <Age at={item.at} now={now} />
          </span>
        </li>
      ))}
    </ul>
  )
}

function What({ item, previews }: { readonly item: ActivityRow; readonly previews: ReadonlyMap<string, string> }) {
  const { kind, count, memoryId, durationMs } = item
  if (memoryId !== undefined) {
    const preview = previews.get(memoryId)
    const text = count > 1 || preview === undefined ? strings.activity.memories(count) : preview
    return kind === 'purged' ? (
      <span>{text}</span>
    ) : (
      <a className="truncate" href={`#/memories/${memoryId}`}>
        {text}
      </a>
    )
  }
  const extra = [...(count > 1 ? [strings.activity.times(count)] : []), ...(durationMs === undefined ? [] : [latency(durationMs)])]
  return <span className="faint figures">{extra.join(' · ')}</span>
}

function verbOf({ kind, tool = '' }: ActivityRow): string {
  const words = strings.activity
  if (kind === 'called') return words.calls[tool] ?? words.called(tool)
  if (kind === 'failed') return words.failed(tool)
  return words[kind]
}
