import { Pencil, Pin, PinOff, RotateCcw, Trash2, X } from 'lucide-react'
import type { ReactNode } from 'react'
import type { HistoryEntry, Memory } from '../../src-main/contract/memory.ts'
import { longAge } from '../format/relative-time.ts'
import { strings } from '../strings/strings.ts'
import { AgentName } from './agent-name.tsx'
import { Banner } from './banner.tsx'
import { Button, IconButton } from './button.tsx'
import { JsonView } from './json-view.tsx'
import { MemoryFacts } from './memory-facts.tsx'
import { MemoryHistory } from './memory-history.tsx'
import { MemoryText } from './memory-text.tsx'

interface MemoryPageProps {
  readonly memory: Memory
  readonly history?: readonly HistoryEntry[] | undefined
  readonly historyError?: string | undefined
  readonly now: number
  /** Takes the place of the text while it is edited. */
  readonly editor?: ReactNode
  /** Who may see it, and what leads from it and to it; each of them can be changed. */
  readonly sharing: ReactNode
  readonly links: ReactNode
  /** Who else read it. */
  readonly readers?: ReactNode
  readonly onEdit: () => void
  readonly onPin: () => void
  readonly onTrash: () => void
  readonly onErase: () => void
  readonly onRestore: () => void
  readonly onRestoreVersion: (version: number) => void
  readonly onTag: (tag: string) => void
  readonly onClose: () => void
}

const words = strings.detail

/** One memory in full. The text is shown as it was stored, never as markup. */
export function MemoryPage(props: MemoryPageProps) {
  const { memory, history, historyError, now, editor } = props
  const isTrashed = memory.deleted_at !== undefined
  return (
    <>
      <header className="pane-head">
        <h2 className="visually-hidden">{words.label}</h2>
        <AgentName agentId={memory.agent_id} />
        <span className="truncate faint">{memory.namespace}</span>
        <span className="spacer" />
        {isTrashed ? (
          <>
            <Button icon={<RotateCcw size={14} />} onClick={props.onRestore}>
              {words.restore}
            </Button>
            <Button look="quiet" onClick={props.onErase}>
              {strings.bulk.erase}
            </Button>
          </>
        ) : (
          <>
            {!editor && <IconButton label={words.edit} icon={<Pencil size={15} />} aria-keyshortcuts="e" onClick={props.onEdit} />}
            <IconButton
              label={memory.pinned ? strings.pin.unpin : strings.pin.pin}
              icon={memory.pinned ? <PinOff size={15} /> : <Pin size={15} />}
              aria-keyshortcuts="p"
              onClick={props.onPin}
            />
            <IconButton label={words.delete} icon={<Trash2 size={15} />} aria-keyshortcuts="#" onClick={props.onTrash} />
          </>
        )}
        <IconButton label={words.close} icon={<X size={16} />} aria-keyshortcuts="Escape" onClick={props.onClose} />
      </header>
      <div className="pane-body">
        {memory.deleted_at !== undefined && <Banner>{words.trashed(longAge(memory.deleted_at, now))}</Banner>}
        {memory.superseded_by !== undefined && (
          <Banner action={<a href={`#/memories/${memory.superseded_by}`}>{words.showNewer}</a>}>{words.superseded}</Banner>
        )}
        {editor ?? (
          <div className="detail-text">
            <MemoryText text={memory.content} />
            {memory.tags.length > 0 && (
              <ul className="tags" aria-label={words.tags}>
                {memory.tags.map((tag) => (
                  <li key={tag}>
                    <button type="button" className="tag" onClick={() => props.onTag(tag)}>
                      <span>#{tag}</span>
                    </button>
                  </li>
                ))}
              </ul>
            )}
          </div>
        )}
        <MemoryFacts memory={memory} now={now} />
        {props.sharing}
        {props.links}
        {Object.keys(memory.context).length > 0 && (
          <section className="detail-section" aria-label={words.context}>
            <h3>{words.context}</h3>
            <JsonView value={memory.context} label={words.context} />
          </section>
        )}
        {props.readers}
        <MemoryHistory memory={memory} history={history} error={historyError} now={now} onRestore={props.onRestoreVersion} />
      </div>
    </>
  )
}
