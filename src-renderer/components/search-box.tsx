import { Search, X } from 'lucide-react'
import { strings } from '../strings/strings.ts'
import { IconButton } from './button.tsx'
import { Key } from './key.tsx'

/** For the shortcut that brings the focus here from anywhere. */
export const SEARCH_BOX_ID = 'memory-search'

interface SearchBoxProps {
  readonly query: string
  readonly isBusy: boolean
  readonly onQuery: (query: string) => void
  /** Enter or arrow down: on to the hits. */
  readonly onLeave: () => void
}

export function SearchBox({ query, isBusy, onQuery, onLeave }: SearchBoxProps) {
  return (
    <div className={isBusy ? 'search-box busy' : 'search-box'} role="search">
      <Search size={16} aria-hidden="true" />
      <input
        id={SEARCH_BOX_ID}
        type="text"
        inputMode="search"
        autoComplete="off"
        spellCheck={false}
        maxLength={2000}
        aria-label={strings.memories.search}
        aria-keyshortcuts="/"
        placeholder={strings.memories.searchPlaceholder}
        value={query}
        onChange={(event) => onQuery(event.target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return
          if (event.key === 'Enter' || event.key === 'ArrowDown') onLeave()
          else if (event.key === 'Escape' && query !== '') onQuery('')
          else if (event.key === 'Escape') event.currentTarget.blur()
          else return
          event.preventDefault()
        }}
      />
      {query === '' ? (
        <Key name="/" />
      ) : (
        <IconButton small label={strings.memories.clearSearch} icon={<X size={14} />} onClick={() => onQuery('')} />
      )}
    </div>
  )
}
