import { useQuery } from '@tanstack/react-query'
import type { SettingsReport } from '../api/settings-api.ts'
import type { Stats } from '../api/types.ts'
import { Banner } from '../components/banner.tsx'
import { Facts } from '../components/facts.tsx'
import { SettingsProgress } from '../components/settings-progress.tsx'
import { SettingsSection } from '../components/settings-section.tsx'
import { StateMark, type Tone } from '../components/state-mark.tsx'
import { count, rate } from '../format/numbers.ts'
import { duration } from '../format/relative-time.ts'
import type { Stores } from '../state/stores.ts'
import { useStore } from '../state/use-store.ts'
import { strings } from '../strings/strings.ts'
import { SettingsFields } from './settings-fields.tsx'
import type { SettingsForm } from './settings-form.ts'

const words = strings.settings.embedding
/** While memories are embedded anew, in milliseconds. */
const LOOK_MS = 2000

interface SettingsEmbeddingProps {
  readonly stores: Stores
  readonly report: SettingsReport
  readonly form: SettingsForm
}

/** Which model gives memories their vectors, and how far a change of it is. */
export function SettingsEmbedding({ stores, report, form }: SettingsEmbeddingProps) {
  const { data: stats } = useQuery({
    queryKey: ['settings', 'stats'],
    queryFn: ({ signal }) => stores.settings.stats(signal),
    refetchInterval: ({ state }) => (state.data?.embedding?.change || state.data?.embedding?.state === 'loading' ? LOOK_MS : false),
  })
  const check = useStore(stores.overview.store, (state) => state.health?.checks.embedding)
  const embedding = stats?.embedding
  return (
    <>
      <SettingsSection title={words.now}>
        {check?.status === 'degraded' && check.message !== undefined && <Banner>{check.message}</Banner>}
        {embedding && (
          <Facts
            facts={[
              {
                label: words.state,
                value: <StateMark tone={TONES[embedding.state] ?? 'quiet'} text={words.states[embedding.state] ?? embedding.state} />,
              },
              { label: words.model, value: embedding.dimensions > 0 ? <span className="mono break">{embedding.model}</span> : undefined },
              { label: words.dimensions, value: embedding.dimensions > 0 ? count(embedding.dimensions) : undefined },
            ]}
          />
        )}
        {embedding?.change && <ModelChange change={embedding.change} />}
      </SettingsSection>
      <SettingsFields report={report} part="embedding" form={form} />
    </>
  )
}

const TONES: Readonly<Record<string, Tone>> = { ready: 'ok', loading: 'warn', failed: 'error', off: 'quiet' }

function ModelChange({ change }: { readonly change: NonNullable<NonNullable<Stats['embedding']>['change']> }) {
  const { from, to, phase, done, total, memories_per_second: perSecond, eta_seconds: etaSeconds } = change
  if (phase === 'indexing')
    return <SettingsProgress label={words.indexing(to)} total={total} facts={[words.progress(count(done), count(total))]} />
  return (
    <SettingsProgress
      label={words.changing(from, to)}
      done={done}
      total={total}
      facts={[
        words.progress(count(done), count(total)),
        ...(perSecond === undefined ? [] : [words.rate(rate(perSecond))]),
        ...(etaSeconds === undefined ? [] : [words.left(duration(etaSeconds * 1000))]),
      ]}
    />
  )
}
