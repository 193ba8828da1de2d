import { Button } from '../components/button.tsx'
import { Face } from '../components/face.tsx'
import { countFilters } from '../model/memory-filters.ts'
import type { MemoryListState } from '../state/memory-list.ts'
import { strings } from '../strings/strings.ts'

interface MemoryListFaceProps {
  readonly state: MemoryListState
  readonly onRetry: () => void
  readonly onNew: () => void
  readonly onClear: () => void
  readonly onWeak: () => void
}

const words = strings.memories

/** Why there is no row to show, and what to do about it. */
export function MemoryListFace({ state, onRetry, onNew, onClear, onWeak }: MemoryListFaceProps) {
  const { status, error, filters, answered } = state
  const clear = countFilters(filters) > 0 && <Button onClick={onClear}>{words.clearFilters}</Button>
  if (status === 'failed') {
    return (
      <Face fill title={words.loadFailed} text={error}>
        <Button onClick={onRetry}>{strings.common.retry}</Button>
      </Face>
    )
  }
  if (answered !== undefined) {
    return (
      <Face fill title={words.noHit(answered)} text={words.noHitHow}>
        {!state.withWeak && <Button onClick={onWeak}>{words.showWeak}</Button>}
        {clear}
      </Face>
    )
  }
  if (filters.isTrash && countFilters(filters) === 1) {
    return (
      <Face fill title={words.emptyTrash} text={words.emptyTrashHow}>
        {clear}
      </Face>
    )
  }
  if (clear) {
    return (
      <Face fill title={words.noMatch}>
        {clear}
      </Face>
    )
  }
  return (
    <Face fill title={words.empty} text={words.emptyHow}>
      <Button look="primary" onClick={onNew}>
        {words.new}
      </Button>
    </Face>
  )
}
