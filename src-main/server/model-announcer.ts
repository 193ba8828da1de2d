import type { Clock } from '../base/clock.ts'
import { toIso } from '../base/clock.ts'
import type { EventBus } from '../base/event-bus.ts'
import type { CheckStatus } from '../contract/session.ts'
import type { ModelChange } from '../memory/change-progress.ts'
import type { EmbeddingModels } from '../memory/embedding-models.ts'

/** Of progress, in milliseconds. */
const LEAST_INTERVAL_MS = 1_000

/** Announces what becomes of search by meaning, and once a second how far a change of model is. Returns the function that stops it. */
export function announceModels(models: EmbeddingModels, bus: EventBus, clock: Clock): () => void {
  let announcedMs = 0
  let wasChanging = false
  return models.onChange((what) => {
    const { embedder, change, problem } = models.report
    const isSameNews = what === 'change' && wasChanging === (change !== undefined)
    if (isSameNews && performance.now() - announcedMs < LEAST_INTERVAL_MS) return
    announcedMs = performance.now()
    wasChanging = change !== undefined
    const { state } = embedder
    const isWell = problem === undefined && (state.status === 'ready' || state.status === 'off')
    const status: CheckStatus = isWell ? 'healthy' : 'degraded'
    const message = problem ?? ('message' in state ? state.message : undefined) ?? (change && describeChange(change))
    bus.publish({
      event: { type: 'health-changed', at: toIso(clock.now()), part: 'embedding', status, ...(message !== undefined && { message }) },
    })
  })
}

export function describeChange({ to, phase, done, total, etaSeconds }: ModelChange): string {
  if (phase === 'indexing')
    return `All ${done} memories are embedded with ${to}; the index of the new vectors is being built. Searches use the former vectors until then.`
  const left = etaSeconds === undefined ? '' : `, about ${etaSeconds} s left`
  return `Memories are embedded anew with ${to}: ${done} of ${total}${left}. Searches use the former vectors until then.`
}

/** As the wires write it. */
export function changeFacts({ memoriesPerSecond, etaSeconds, ...facts }: ModelChange) {
  return {
    ...facts,
    ...(memoriesPerSecond !== undefined && { memories_per_second: memoriesPerSecond }),
    ...(etaSeconds !== undefined && { eta_seconds: etaSeconds }),
  }
}
