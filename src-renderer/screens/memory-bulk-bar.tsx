import { Pin, PinOff, RotateCcw, Trash2, X } from 'lucide-react'
import { useState } from 'react'
import type { AccessLevel } from '../api/types.ts'
import { Button, IconButton } from '../components/button.tsx'
import { ChoiceMenu } from '../components/choice-menu.tsx'
import { Level } from '../components/level.tsx'
import type { Stores } from '../state/stores.ts'
import { useStore } from '../state/use-store.ts'
import { strings } from '../strings/strings.ts'
import { EraseDialog } from './erase-dialog.tsx'

const words = strings.bulk
const LEVELS: readonly AccessLevel[] = ['private', 'team', 'public']
const IMPORTANCES = ['0.1', '0.3', '0.5', '0.7', '0.9'] as const

/** What can be done with the ticked memories, all at once. Shown while any is ticked. */
export function MemoryBulkBar({ stores }: { readonly stores: Stores }) {
  const { bulk, list, selection } = stores
  const ids = useStore(selection.store, (state) => state.ids)
  const items = useStore(list.store, (state) => state.items)
  const isTrash = useStore(list.store, (state) => state.filters.isTrash)
  const progress = useStore(bulk.store, (state) => state.progress)
  const [tag, setTag] = useState('')
  const [isErasing, setIsErasing] = useState(false)
  const ticked = items.filter(({ id }) => ids.has(id))
  if (ticked.length === 0) return null
  const isBusy = progress !== undefined
  const changeTag = (kind: 'add-tag' | 'remove-tag') => {
    const text = tag.trim().replace(/^#/, '')
    if (text === '') return
    setTag('')
    void bulk.change(ticked, { kind, tag: text })
  }
  return (
    <div className="bulk-bar" role="toolbar" aria-label={words.label}>
      <span className="figures" role="status">
        {progress ? words.progress(progress.done, progress.total) : words.ticked(ticked.length)}
      </span>
      {isTrash ? (
        <>
          <Button small icon={<RotateCcw size={13} />} disabled={isBusy} onClick={() => void bulk.restore(ticked)}>
            {words.restore}
          </Button>
          <Button small icon={<Trash2 size={13} />} disabled={isBusy} onClick={() => setIsErasing(true)}>
            {words.erase}
          </Button>
        </>
      ) : (
        <>
          <form
            className="bulk-tag"
            onSubmit={(event) => {
              event.preventDefault()
              changeTag('add-tag')
            }}
          >
            <input
              className="field"
              aria-label={words.tag}
              placeholder={words.tagPlaceholder}
              value={tag}
              onChange={(event) => setTag(event.target.value)}
            />
            <Button small type="submit" disabled={isBusy || tag.trim() === ''}>
              {words.addTag}
            </Button>
            <Button small disabled={isBusy || tag.trim() === ''} onClick={() => changeTag('remove-tag')}>
              {words.removeTag}
            </Button>
          </form>
          <ChoiceMenu
            label={words.importance}
            value=""
            disabled={isBusy}
            options={IMPORTANCES.map((value) => ({ value, text: String(Math.round(Number(value) * 100)) }))}
            onChange={(value) => void bulk.change(ticked, { kind: 'importance', importance: Number(value) })}
          >
            {words.importance}
          </ChoiceMenu>
          <ChoiceMenu
            label={words.level}
            value={'' as AccessLevel}
            disabled={isBusy}
            options={LEVELS.map((level) => ({ value: level, text: strings.levels[level], icon: <Level level={level} /> }))}
            onChange={(level) => void bulk.change(ticked, { kind: 'level', level })}
          >
            {words.level}
          </ChoiceMenu>
          <IconButton
            label={words.pin}
            icon={<Pin size={14} />}
            disabled={isBusy}
            onClick={() => void bulk.change(ticked, { kind: 'pin', pinned: true })}
          />
          <IconButton
            label={words.unpin}
            icon={<PinOff size={14} />}
            disabled={isBusy}
            onClick={() => void bulk.change(ticked, { kind: 'pin', pinned: false })}
          />
          <IconButton label={words.trash} icon={<Trash2 size={14} />} disabled={isBusy} onClick={() => void bulk.moveToTrash(ticked)} />
        </>
      )}
      <span className="spacer" />
      <IconButton label={words.none} icon={<X size={14} />} onClick={() => selection.clear()} />
      {isErasing && (
        <EraseDialog
          count={ticked.length}
          onErase={() => {
            setIsErasing(false)
            void bulk.erase(ticked)
          }}
          onClose={() => setIsErasing(false)}
        />
      )}
    </div>
  )
}
