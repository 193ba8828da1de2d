import { Trash2 } from 'lucide-react'
import { useId } from 'react'
import type { AccessLevel } from '../../src-main/contract/memory.ts'
import { count, hundredths } from '../format/numbers.ts'
import { NO_FILTERS, SINCE_CHOICES, countFilters, type MemoryFilters, type Since } from '../model/memory-filters.ts'
import { strings } from '../strings/strings.ts'
import { AgentName } from './agent-name.tsx'
import { FacetGroup } from './facet-group.tsx'
import { Level } from './level.tsx'

interface FacetPanelProps {
  readonly agents: readonly string[]
  readonly namespaces: readonly string[]
  readonly tags: readonly { readonly tag: string; readonly count: number }[]
  readonly filters: MemoryFilters
  /** A search knows fewer filters than a list. */
  readonly isSearch: boolean
  readonly onChange: (filters: MemoryFilters) => void
}

const LEVELS: readonly AccessLevel[] = ['private', 'team', 'shared', 'public', 'system']
const words = strings.facets

/** All filters of the list. One of a kind, but several tags. */
export function FacetPanel({ agents, namespaces, tags, filters, isSearch, onChange }: FacetPanelProps) {
  const listOnly = isSearch ? words.notInSearch : undefined
  const setOne = (field: 'agentId' | 'namespace' | 'level', value: string) => {
    const { [field]: old, ...rest } = filters
    onChange(old === value ? rest : { ...rest, [field]: value })
  }
  const one = (value: string | undefined) => new Set(value === undefined ? [] : [value])
  return (
    <div className="facets">
      <div className="facets-head">
        <h2>{words.label}</h2>
        {countFilters(filters) > 0 && (
          <button type="button" className="facet-clear" onClick={() => onChange(NO_FILTERS)}>
            {strings.memories.clearFilters}
          </button>
        )}
      </div>
      <FacetGroup
        title={words.agent}
        options={agents.map((agentId) => ({ value: agentId, text: <AgentName agentId={agentId} /> }))}
        chosen={one(filters.agentId)}
        onToggle={(value) => setOne('agentId', value)}
      />
      <FacetGroup
        title={words.namespace}
        options={namespaces.map(plainOption)}
        chosen={one(filters.namespace)}
        onToggle={(value) => setOne('namespace', value)}
      />
      <FacetGroup
        title={words.tags}
        options={tags.map(({ tag, count: times }) => ({ ...plainOption(tag), figure: count(times) }))}
        chosen={new Set(filters.tags)}
        onToggle={(tag) =>
          onChange({ ...filters, tags: filters.tags.includes(tag) ? filters.tags.filter((old) => old !== tag) : [...filters.tags, tag] })
        }
      >
        {filters.tags.length > 1 && <TagMatch filters={filters} onChange={onChange} />}
      </FacetGroup>
      <FacetGroup
        title={words.level}
        options={LEVELS.map((level) => ({ value: level, text: <Level level={level} withText /> }))}
        chosen={one(filters.level)}
        disabledWhy={listOnly}
        onToggle={(value) => setOne('level', value)}
      />
      <ImportanceFloor value={filters.minImportance} onChange={(minImportance) => onChange({ ...filters, minImportance })} />
      <FacetGroup
        title={words.when}
        options={SINCE_CHOICES.filter((since) => since !== 'any').map((since) => ({ value: since, text: words.since[since] }))}
        chosen={one(filters.since)}
        onToggle={(value) => onChange({ ...filters, since: value === filters.since ? 'any' : (value as Since) })}
      />
      <FacetGroup
        title={words.place}
        options={[{ value: 'trash', text: <TrashText /> }]}
        chosen={one(filters.isTrash ? 'trash' : undefined)}
        disabledWhy={listOnly}
        onToggle={() => onChange({ ...filters, isTrash: !filters.isTrash })}
      />
    </div>
  )
}

function plainOption(value: string) {
  return { value, text: <span className="truncate">{value}</span> }
}

function TrashText() {
  return (
    <span className="level">
      <Trash2 size={14} aria-hidden="true" /> {words.trash}
    </span>
  )
}

function TagMatch({ filters, onChange }: Pick<FacetPanelProps, 'filters' | 'onChange'>) {
  const other = filters.tagMatch === 'any' ? 'all' : 'any'
  return (
    <button type="button" className="facet-more" onClick={() => onChange({ ...filters, tagMatch: other })}>
      {filters.tagMatch === 'any' ? words.matchAny : words.matchAll}
    </button>
  )
}

function ImportanceFloor({ value, onChange }: { readonly value: number; readonly onChange: (value: number) => void }) {
  const id = useId()
  return (
    <section className="facet" aria-labelledby={id}>
      <h3 id={id}>{words.importance}</h3>
      <label className="range">
        <span className="visually-hidden">{words.importanceAtLeast}</span>
        <input type="range" min={0} max={1} step={0.05} value={value} onChange={(event) => onChange(Number(event.target.value))} />
        <output className="figures faint">{value === 0 ? words.anyImportance : `≥ ${hundredths(value)}`}</output>
      </label>
    </section>
  )
}
