import type { ResourceSubscriptions, SubscriptionHolder } from '../session/resource-subscriptions.ts'
import { AppError } from '../base/errors.ts'

/** The modern request that opens a stream of notifications. */
export const LISTEN_METHOD = 'subscriptions/listen'
const VERSION_META_KEY = 'io.modelcontextprotocol/protocolVersion'

/**
 * A `subscriptions/listen` narrowed to the resources that the session may read, which it is subscribed to by that. The SDK then
 * acknowledges what is left, so a memory of somebody else looks like one that is not there. What is no proper listen comes back as
 * it was, for the SDK to refuse. Throws `unavailable` when the session has its maximum of subscriptions.
 */
export async function admitListen<M>(message: M, subscriptions: ResourceSubscriptions): Promise<M> {
  const { id, params } = message as unknown as ListenShape // read with care: anything may stand here
  const wanted = params?.notifications?.resourceSubscriptions
  if (typeof params?._meta?.[VERSION_META_KEY] !== 'string' || !isTextList(wanted) || !isHolder(id)) return message
  const granted: string[] = []
  try {
    for (const uri of new Set(wanted)) if (await isGranted(uri, id, subscriptions)) granted.push(uri)
  } catch (error) {
    subscriptions.remove(id)
    throw error
  }
  return { ...message, params: { ...params, notifications: { ...params.notifications, resourceSubscriptions: granted } } }
}

async function isGranted(uri: string, holder: SubscriptionHolder, subscriptions: ResourceSubscriptions): Promise<boolean> {
  try {
    await subscriptions.add(uri, holder)
    return true
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return false
    throw error
  }
}

interface ListenShape {
  readonly id?: unknown
  readonly params?: {
    readonly _meta?: Readonly<Record<string, unknown>>
    readonly notifications?: { readonly resourceSubscriptions?: unknown }
  }
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string')
}

function isHolder(value: unknown): value is SubscriptionHolder {
  return typeof value === 'string' || typeof value === 'number'
}
