import { Plus, X } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Link } from '../../src-main/contract/memory.ts'
import { shortId } from '../format/memory-text.ts'
import { strings } from '../strings/strings.ts'
import { Button, IconButton } from './button.tsx'

interface MemoryLinksProps {
  readonly outgoing: readonly Link[]
  readonly incoming: readonly { readonly from: string; readonly kind: Link['kind'] }[]
  /** Beginning of the text of a memory, where it is at hand. */
  readonly previewOf: (id: string) => string | undefined
  /** Both are absent where nothing can be changed. */
  readonly onAdd?: (() => void) | undefined
  readonly onRemove?: ((link: Link) => void) | undefined
  /** Stands below the links while one is added. */
  readonly children?: ReactNode
}

const words = strings.links

/** Where a memory leads, and what leads to it. A link belongs to the memory that it starts from, and is taken away there. */
export function MemoryLinks({ outgoing, incoming, previewOf, onAdd, onRemove, children }: MemoryLinksProps) {
  if (outgoing.length + incoming.length === 0 && !onAdd && !children) return null
  const target = (id: string) => (
    <a className="truncate" href={`#/memories/${id}`}>
      {previewOf(id) ?? <span className="mono">…{shortId(id)}</span>}
    </a>
  )
  return (
    <section className="detail-section" aria-label={strings.detail.links}>
      <header className="section-head">
        <h3>{strings.detail.links}</h3>
        {onAdd && (
          <Button small look="quiet" icon={<Plus size={13} />} onClick={onAdd}>
            {words.add}
          </Button>
        )}
      </header>
      <ul>
        {outgoing.map((link) => (
          <li key={`${link.kind} ${link.to}`} className="link-row">
            <span className="faint">{strings.detail.linkKinds[link.kind]}</span>
            {target(link.to)}
            {onRemove && (
              <IconButton
                small
                label={words.remove(strings.detail.linkKinds[link.kind], previewOf(link.to) ?? shortId(link.to))}
                icon={<X size={13} />}
                onClick={() => onRemove(link)}
              />
            )}
          </li>
        ))}
        {incoming.map(({ from, kind }) => (
          <li key={`${kind} ${from}`} className="link-row">
            <span className="faint">{strings.detail.linkKindsBack[kind]}</span>
            {target(from)}
          </li>
        ))}
      </ul>
      {children}
    </section>
  )
}
