import type { MemoryGraph } from '../../../src-main/contract/map.ts'
import { strings } from '../../strings/strings.ts'

const CHARACTERS = 80

/** The links as sentences, for a screen reader. */
export function LinkWords({ graph }: { readonly graph: MemoryGraph }) {
  const textOf = new Map(graph.nodes.map(({ id, text }) => [id, text.slice(0, CHARACTERS)]))
  return (
    <ul className="visually-hidden" aria-label={strings.graph.links}>
      {graph.links.map(({ from, to, kind }) => (
        <li key={`${from} ${to} ${kind}`}>
          {textOf.get(from)} — {strings.graph.kinds[kind]} — {textOf.get(to)}
        </li>
      ))}
    </ul>
  )
}
