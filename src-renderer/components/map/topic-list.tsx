import type { MemoryMap } from '../../../src-main/contract/map.ts'
import { count } from '../../format/numbers.ts'
import { strings } from '../../strings/strings.ts'

const words = strings.map

interface TopicListProps {
  readonly map: MemoryMap
  readonly onClusters: (clusters: readonly number[]) => void
}

/** The clusters as a list: the same map, for those who read it rather than see it. Choosing one chooses its memories. */
export function TopicList({ map, onClusters }: TopicListProps) {
  const named = map.clusters.map((cluster, i) => ({ ...cluster, i })).filter((cluster) => cluster.words.length > 0)
  const rest = map.points.cluster.filter((cluster) => cluster < 0 || (map.clusters[cluster]?.words.length ?? 0) === 0).length
  return (
    <section className="map-side-part" aria-label={words.topics}>
      <header className="map-side-head">
        <h2>{words.topics}</h2>
        <span className="figures faint">{count(named.length)}</span>
      </header>
      <ul className="map-side-body">
        {named.map((topic) => (
          <li key={topic.i}>
            <button type="button" className="topic-line" onClick={() => onClusters([topic.i])}>
              <span className="topic-words">{topic.words.join(' · ')}</span>
              <span className="figures faint">{count(topic.count)}</span>
            </button>
          </li>
        ))}
        {rest > 0 && <li className="topic-rest faint">{words.unnamed(count(rest), rest)}</li>}
      </ul>
    </section>
  )
}
