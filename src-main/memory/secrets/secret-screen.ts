import { invalidField } from '../../base/errors.ts'
import { LIMITS } from '../../contract/protocol.ts'
import type { StorageWarning } from '../../contract/storage-warning.ts'
import { findSecrets } from './find-secrets.ts'
import type { SecretFinding } from './secret-finding.ts'

/** What is done about credentials in what agents store: nothing, the agent is told, or they are also taken out. */
export type SecretMode = 'off' | 'warn' | 'mask'

/** The parts of a memory in which agents write freely. */
export interface ScreenedFields {
  readonly content?: string | undefined
  readonly summary?: string | null | undefined
  readonly tags?: readonly string[] | undefined
  readonly context?: Readonly<Record<string, unknown>> | undefined
  readonly source_url?: string | null | undefined
}

export interface SecretSighting {
  readonly kind: string
  readonly field: string
  readonly action: 'warned' | 'masked'
}

/** Looks through what is about to be stored, before anything is stored, embedded, compared or logged. */
export class SecretScreen {
  readonly #mode: () => SecretMode
  readonly #onSighting: (sighting: SecretSighting) => void

  /** `mode` is asked each time: it may change while the server runs. `onSighting` hears of each kind once a field, for logs and counts. It never gets the text. */
  constructor(mode: () => SecretMode, onSighting: (sighting: SecretSighting) => void = () => undefined) {
    this.#mode = mode
    this.#onSighting = onSighting
  }

  /**
   * The fields as they may be stored, and a warning for each kind of credential in each field. Fields it does not know are handed on.
   * Throws `invalid_request` when a text is too long once it is masked.
   */
  async screen<T extends ScreenedFields>(fields: T): Promise<{ readonly fields: T; readonly warnings: readonly StorageWarning[] }> {
    const mode = this.#mode()
    if (mode === 'off') return { fields, warnings: [] }
    const kinds = new Map<string, StorageWarning>()
    const look = async (field: string, text: string, named = ''): Promise<string> => {
      const offset = named === '' ? 0 : named.length + 1
      const found = (await findSecrets(offset === 0 ? text : `${named}=${text}`)).flatMap((finding) => shifted(finding, offset))
      for (const { kind } of found) if (!kinds.has(`${field} ${kind}`)) kinds.set(`${field} ${kind}`, this.#warn(kind, field, mode))
      return mode === 'mask' ? masked(text, found) : text
    }
    const { content, summary, tags, context, source_url: url } = fields
    const looked: ScreenedFields = {
      ...(content !== undefined && { content: short(await look('content', content), 'content', LIMITS.contentCharacters) }),
      ...(typeof summary === 'string' && { summary: short(await look('summary', summary), 'summary', LIMITS.summaryCharacters) }),
      ...(tags && { tags: await Promise.all(tags.map(async (tag) => short(await look('tags', tag), 'tags', LIMITS.tagCharacters))) }),
      ...(context && { context: (await lookInto(context, (text, name) => look('context', text, name))) as Record<string, unknown> }), // an object stays one
      ...(typeof url === 'string' && { source_url: short(await look('source_url', url), 'source_url', LIMITS.urlCharacters) }),
    }
    const warnings = [...kinds.values()]
    // What was not changed is the caller's own, key for key.
    return { fields: mode === 'mask' && warnings.length > 0 ? { ...fields, ...looked } : fields, warnings }
  }

  #warn(kind: string, field: string, mode: SecretMode): StorageWarning {
    const isMasked = mode === 'mask'
    this.#onSighting({ kind, field, action: isMasked ? 'masked' : 'warned' })
    const message = isMasked
      ? `${field} held what looks like a credential (${kind}); "${maskOf(kind)}" was stored in its place. Name where the credential is kept instead of the credential.`
      : `${field} holds what looks like a credential (${kind}), and was stored as written: everybody who may see this memory can read it. If it is real, replace it at its issuer, and ask the person to erase this memory for good, since an update or the trash keeps the text in the history.`
    return { kind, field, message }
  }
}

function maskOf(kind: string): string {
  return `[masked: ${kind}]`
}

function masked(text: string, findings: readonly SecretFinding[]): string {
  let result = ''
  let from = 0
  for (const { kind, start, end } of findings) {
    result += text.slice(from, start) + maskOf(kind)
    from = end
  }
  return result + text.slice(from)
}

/** A finding in `name=value` as one of the value; none where it stands in the name alone. */
function shifted({ kind, start, end }: SecretFinding, offset: number): SecretFinding[] {
  return end <= offset ? [] : [{ kind, start: Math.max(0, start - offset), end: end - offset }]
}

function short(text: string, field: string, maxCharacters: number): string {
  if (text.length > maxCharacters) throw invalidField(field, 'is too long once the credentials in it are masked; take them out')
  return text
}

/** A copy of a JSON value with each of its texts, keys included, put through `look`; a text is given with the key it stands under. */
async function lookInto(value: unknown, look: (text: string, name?: string) => Promise<string>, name?: string): Promise<unknown> {
  if (typeof value === 'string') return look(value, name)
  if (Array.isArray(value)) return Promise.all(value.map((item) => lookInto(item, look, name)))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(async ([key, item]) => [await look(key), await lookInto(item, look, key)] as const)
  return Object.fromEntries(await Promise.all(entries))
}
