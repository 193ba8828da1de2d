import { useState } from 'react'
import { Button } from '../components/button.tsx'
import { Face } from '../components/face.tsx'
import { MemoryEditor } from '../components/memory-editor.tsx'
import { MemoryPage } from '../components/memory-page.tsx'
import { MOD_KEY } from '../keyboard/use-shortcuts.ts'
import { changesOf, draftOf, type MemoryDraft } from '../model/memory-draft.ts'
import type { Stores } from '../state/stores.ts'
import { useStore } from '../state/use-store.ts'
import { strings } from '../strings/strings.ts'
import { EraseDialog } from './erase-dialog.tsx'
import { MemoryLinksPart } from './memory-links-part.tsx'
import { MemoryReaders } from './memory-readers.tsx'
import { MemorySharingPart } from './memory-sharing-part.tsx'

interface MemoryDetailPaneProps {
  readonly stores: Stores
  readonly onTrash: () => void
  readonly onClose: () => void
}

/** The open memory: read, edited, or why it cannot be shown. */
export function MemoryDetailPane({ stores, onTrash, onClose }: MemoryDetailPaneProps) {
  const { actions, detail, list, clock } = stores
  const { id, status, memory, history, historyError, isEditing, draft, error } = useStore(detail.store, (state) => state)
  const now = useStore(clock, (time) => time)
  const [isErasing, setIsErasing] = useState(false)

  if (status === 'missing') {
    return (
      <Face fill title={strings.detail.missing} text={strings.detail.missingHow}>
        <Button onClick={onClose}>{strings.common.close}</Button>
      </Face>
    )
  }
  if (status === 'failed' && !memory) {
    return (
      <Face fill title={strings.detail.loadFailed} text={error}>
        <Button onClick={() => detail.reload()}>{strings.common.retry}</Button>
        <Button look="quiet" onClick={onClose}>
          {strings.common.close}
        </Button>
      </Face>
    )
  }
  if (!memory) return <div className="detail-skeleton skeleton" role="status" aria-label={strings.common.loading} />

  const save = async (next: MemoryDraft): Promise<string | undefined> => {
    const changes = changesOf(memory, next)
    const outcome = Object.keys(changes).length === 0 ? ({ kind: 'saved' } as const) : await actions.save(memory, changes)
    if (outcome.kind === 'saved') detail.stopEditing()
    if (outcome.kind === 'failed') return outcome.message
    return outcome.kind === 'conflict' ? strings.editor.conflict : undefined
  }
  const editor = (
    <MemoryEditor
      key={id}
      initial={draft ?? draftOf(memory)}
      submitText={strings.editor.save}
      modKey={MOD_KEY}
      onSave={save}
      onDraft={(next) => detail.keepDraft(next)}
      onCancel={() => detail.stopEditing()}
      failureAction={
        <Button small onClick={() => detail.reload()}>
          {strings.editor.loadNewest}
        </Button>
      }
    />
  )
  return (
    <>
      <MemoryPage
        memory={memory}
        history={history}
        historyError={historyError}
        now={now}
        editor={isEditing ? editor : undefined}
        sharing={<MemorySharingPart key={`sharing ${memory.id}`} stores={stores} memory={memory} now={now} />}
        links={<MemoryLinksPart key={`links ${memory.id}`} stores={stores} memory={memory} />}
        readers={<MemoryReaders stores={stores} memoryId={memory.id} now={now} />}
        onEdit={() => detail.edit()}
        onPin={() => void actions.setPinned(memory, !memory.pinned)}
        onTrash={onTrash}
        onErase={() => setIsErasing(true)}
        onRestore={() => void actions.restoreFromTrash(memory)}
        onRestoreVersion={(version) => void actions.restoreVersion(memory, version)}
        onTag={(tag) => list.setFilters({ tags: [tag] })}
        onClose={onClose}
      />
      {isErasing && (
        <EraseDialog
          count={1}
          onErase={() => {
            setIsErasing(false)
            void actions.erase(memory)
          }}
          onClose={() => setIsErasing(false)}
        />
      )}
    </>
  )
}
