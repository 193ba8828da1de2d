import type { Link } from '../../src-main/contract/memory.ts'
import { shortId } from '../format/memory-text.ts'
import { strings } from '../strings/strings.ts'

interface MemoryLinksProps {
  readonly outgoing: readonly Link[]
  readonly incoming: readonly { readonly from: string; readonly kind: Link['kind'] }[]
  /** Beginning of the text of a memory, where it is at hand. */
  readonly previewOf: (id: string) => string | undefined
}

export function MemoryLinks({ outgoing, incoming, previewOf }: MemoryLinksProps) {
  const links = [
    ...outgoing.map(({ to, kind }) => ({ id: to, word: strings.detail.linkKinds[kind] })),
    ...incoming.map(({ from, kind }) => ({ id: from, word: strings.detail.linkKindsBack[kind] })),
  ]
  if (links.length === 0) return null
  return (
    <section className="detail-section" aria-label={strings.detail.links}>
      <h3>{strings.detail.links}</h3>
      <ul>
        {links.map(({ id, word }) => (
          <li key={`${word} ${id}`} className="link-row">
            <span className="faint">{word}</span>
            <a className="truncate" href={`#/memories/${id}`}>
              {previewOf(id) ?? <span className="mono">…{shortId(id)}</span>}
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}
