import { useMemo, useState } from 'react'
import type { HistoryEntry, Memory } from '../../src-main/contract/memory.ts'
import { OWNER_AGENT_ID } from '../../src-main/contract/protocol.ts'
import { versionChanges, type FieldChange, type VersionChange } from '../model/history-changes.ts'
import { strings } from '../strings/strings.ts'
import { Age } from './age.tsx'
import { Button } from './button.tsx'
import { TextDiff } from './text-diff.tsx'

interface MemoryHistoryProps {
  readonly memory: Memory
  readonly history?: readonly HistoryEntry[] | undefined
  readonly error?: string | undefined
  readonly now: number
  readonly onRestore: (version: number) => void
}

const words = strings.history

/** Who changed it and when, newest first; each change can be looked at and gone back to. */
export function MemoryHistory({ memory, history, error, now, onRestore }: MemoryHistoryProps) {
  const changes = useMemo(() => versionChanges(history ?? [], memory), [history, memory])
  return (
    <section className="detail-section" aria-label={words.title}>
      <h3>{words.title}</h3>
      {error !== undefined && (
        <p className="form-error">
          {words.failed} {error}
        </p>
      )}
      {!history && error === undefined && <div className="skeleton history-skeleton" role="status" aria-label={words.loading} />}
      <ol>
        {changes.map((change) => (
          <Version
            key={change.entry.version}
            change={change}
            isCurrent={change.entry.version === memory.version}
            isTrashed={memory.deleted_at !== undefined}
            now={now}
            onRestore={onRestore}
          />
        ))}
      </ol>
    </section>
  )
}

interface VersionProps {
  readonly change: VersionChange
  readonly isCurrent: boolean
  readonly isTrashed: boolean
  readonly now: number
  readonly onRestore: (version: number) => void
}

function Version({ change, isCurrent, isTrashed, now, onRestore }: VersionProps) {
  const [isOpen, setIsOpen] = useState(false)
  const { entry, before, after, fields } = change
  const who = entry.changed_by === OWNER_AGENT_ID ? strings.common.you.toLowerCase() : entry.changed_by
  const isComparable = before !== undefined && after !== undefined && (before.content !== after.content || fields.length > 0)
  return (
    <li className="version">
      <div className="version-line">
        <span className="version-number figures">{words.version(entry.version)}</span>
        <span className="truncate">
          {words.actions[entry.action]} {words.by(who)}
          <span className="faint">
            {' · '}
            <Age at={entry.changed_at} now={now} long />
          </span>
        </span>
        <span className="version-actions">
          {isComparable && (
            <Button small look="quiet" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
              {isOpen ? words.hideChanges : words.showChanges}
            </Button>
          )}
          {isCurrent ? (
            <span className="faint current">{words.current}</span>
          ) : (
            !isTrashed && (
              <Button small look="quiet" onClick={() => onRestore(entry.version)}>
                {words.restore(entry.version)}
              </Button>
            )
          )}
        </span>
      </div>
      {isOpen && before && after && (
        <div className="version-changes">
          {fields.map((field) => (
            <FieldLine key={field.field} change={field} />
          ))}
          {before.content !== after.content && <TextDiff before={before.content} after={after.content} />}
        </div>
      )}
    </li>
  )
}

const FIELD_NAMES: Readonly<Record<FieldChange['field'], string>> = {
  tags: strings.detail.tags,
  importance: strings.detail.importance,
  access_level: strings.detail.visibility,
  shared_with: strings.sharing.grants,
  links: strings.detail.links,
  source_url: strings.detail.source,
  summary: strings.detail.summary,
  pinned: strings.detail.pinned,
  expires_at: strings.detail.expires,
}

function FieldLine({ change }: { readonly change: FieldChange }) {
  return (
    <p>
      <span className="faint">{words.changed(FIELD_NAMES[change.field])}</span> <del>{change.before || words.none}</del> →{' '}
      <ins>{change.after || words.none}</ins>
    </p>
  )
}
