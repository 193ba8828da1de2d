import type { ClientPlace, ClientStatus, ConnectionState, Drift } from '../../contract/clients.ts'
import type { ClientSpec } from './client-table.ts'
import { isOurs, productsOf } from './plan-connect.ts'
import { wearerOf } from './seen-place.ts'
import type { SeenPlace } from './seen-place.ts'

/** The first of these that a place is in says how the client is. */
const BY_WEIGHT: readonly ConnectionState[] = ['unusable', 'foreign', 'drifted', 'connected', 'none', 'absent']

export function statusOf(spec: ClientSpec, seen: readonly SeenPlace[]): ClientStatus {
  const ours = seen.find((place) => place.record) ?? seen.find(isOurs)
  const wearer = ours?.record ? { agentId: ours.record.agent_id, namespace: ours.record.namespace } : wearerOf(ours?.entry)
  return {
    id: spec.id,
    title: spec.title,
    ...overall(seen),
    places: seen.map(placeOf),
    way: spec.way,
    also_takes: [...spec.alsoTakes],
    restart: spec.restart,
    has_bundle: spec.id === 'claude-desktop',
    ...(wearer.agentId !== undefined && { agent_id: wearer.agentId }),
    ...(wearer.namespace !== undefined && { namespace: wearer.namespace }),
    ...(ours?.record && { connected_at: ours.record.connected_at }),
  }
}

function overall(seen: readonly SeenPlace[]): { readonly state: ConnectionState; readonly drift?: Drift } {
  const state = BY_WEIGHT.find((candidate) => seen.some((place) => place.state === candidate)) ?? 'absent'
  const drift = seen.find((place) => place.drift !== undefined)?.drift
  if (state === 'drifted' && drift !== undefined) return { state, drift }
  // A product may read a file of its own that is without our entry, while we see another.
  const isHalf = productsOf(seen).some((places) => places.some(isOurs) && places.some((place) => place.state === 'none' && place.file))
  return state === 'connected' && isHalf ? { state: 'drifted', drift: 'missing' } : { state }
}

function placeOf({ place, state, drift, problem, line, column }: SeenPlace): ClientPlace {
  return {
    file: place.file,
    product: place.product,
    state,
    ...(drift !== undefined && { drift }),
    ...(problem !== undefined && { problem }),
    ...(line !== undefined && { line }),
    ...(column !== undefined && { column }),
  }
}
