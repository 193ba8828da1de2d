import { isSound } from '../../base/audit-chain.ts'
import type { ChainLink } from '../../base/audit-chain.ts'
import type { AuditEntry, AuditVerdict } from '../../contract/audit.ts'
import type { AuditStore, ChainState } from '../../storage/audit-store.ts'

type Broken = NonNullable<AuditVerdict['broken']>

/** Action of the entries by which retention says what it removed. */
export const PRUNE_ACTION = 'audit.prune'

const PAGE = 1_000
/** Retention may cut the beginning off while it is read; then the check begins anew. */
const MAX_STARTS = 5

export interface VerifyOptions {
  /** A hash that was the head once: the log must still hold it. */
  readonly expectHead?: string
  readonly signal?: AbortSignal
}

/**
 * Goes through the log from its beginning to its end as it is now, page by page, and names the first entry that is not as it was written.
 * Entries that are appended meanwhile are for the next check. Throws `unavailable`, and the reason of the signal.
 */
export async function verifyChain(store: AuditStore, options: VerifyOptions = {}): Promise<AuditVerdict> {
  for (let start = 1; ; start++) {
    const state = await store.state()
    const walk = new ChainWalk(store, state, options)
    const broken = await walk.run()
    if (broken && start < MAX_STARTS && (await store.state()).anchor.seq !== state.anchor.seq) continue
    return { ok: !broken, checked: walk.checked, anchor: state.anchor, head: state.head, ...(broken && { broken }) }
  }
}

class ChainWalk {
  checked = 0
  readonly #store: AuditStore
  readonly #state: ChainState
  readonly #options: VerifyOptions
  #last: ChainLink
  #isAnchorDeclared: boolean
  #hasExpected: boolean

  constructor(store: AuditStore, state: ChainState, options: VerifyOptions) {
    this.#store = store
    this.#state = state
    this.#options = options
    this.#last = state.anchor
    this.#isAnchorDeclared = state.anchor.seq === 0
    this.#hasExpected = options.expectHead === undefined || options.expectHead === state.anchor.hash
  }

  async run(): Promise<Broken | undefined> {
    const { anchor, head, lastSeq } = this.#state
    const [first] = await this.#store.readChain(0, 1)
    if (first && first.seq <= anchor.seq)
      return broken(first.seq, 'inserted', `It stands before the entry ${anchor.seq}, up to which retention has removed all.`)
    while (this.#last.seq < head.seq) {
      this.#options.signal?.throwIfAborted()
      const page = await this.#store.readChain(this.#last.seq, PAGE)
      for (const entry of page) {
        if (entry.seq > head.seq) break
        const problem = await this.#check(entry)
        if (problem) return problem
      }
      const isEnd = page.length === 0 || (page.at(-1)?.seq ?? 0) > head.seq
      if (isEnd && this.#last.seq < head.seq) return this.#cutOff()
    }
    if (lastSeq > head.seq) return broken(head.seq + 1, 'inserted', `It stands after the last entry that was written, ${head.seq}.`)
    if (this.#last.hash !== head.hash) return broken(head.seq, 'changed', 'It is not the entry that was written last.')
    if (!this.#isAnchorDeclared)
      return broken(1, 'removed', `The entries 1 to ${anchor.seq} are gone, and no entry says that retention removed them.`)
    if (!this.#hasExpected)
      return broken(
        head.seq + 1,
        'truncated',
        'The expected hash is of no entry: entries were cut off, written anew, or removed by retention.',
      )
    return undefined
  }

  async #check(entry: AuditEntry): Promise<Broken | undefined> {
    const { seq, hash } = this.#last
    if (entry.seq !== seq + 1) {
      const missing = entry.seq - 1 === seq + 1 ? `The entry ${seq + 1} is gone.` : `The entries ${seq + 1} to ${entry.seq - 1} are gone.`
      return broken(seq + 1, 'removed', missing)
    }
    if (entry.prev_hash !== hash) return this.#wrongPlace(entry)
    if (!isSound(entry)) return broken(entry.seq, 'changed', 'Its content is not what its hash was made of.')
    this.checked += 1
    this.#last = { seq: entry.seq, hash: entry.hash }
    if (entry.hash === this.#options.expectHead) this.#hasExpected = true
    const { anchor } = this.#state
    if (entry.action === PRUNE_ACTION && entry.facts?.['up_to'] === anchor.seq && entry.facts['anchor'] === anchor.hash)
      this.#isAnchorDeclared = true
    return undefined
  }

  /** It was written after another entry than the one that stands before it. */
  async #wrongPlace(entry: AuditEntry): Promise<Broken> {
    const before = await this.#store.findByHash(entry.prev_hash)
    if (before)
      return broken(entry.seq, 'reordered', `It was written after what is now the entry ${before.seq}, not after ${this.#last.seq}.`)
    if (!isSound(entry))
      return broken(entry.seq, 'inserted', `It follows no entry of this log, and its content is not what its hash was made of.`)
    if (this.#last.seq === this.#state.anchor.seq)
      return broken(entry.seq, 'removed', `It was written after an entry that is gone, and that retention has not removed.`)
    return broken(this.#last.seq, 'changed', `It stands in the place of another: the entry ${entry.seq} was written after that one.`)
  }

  async #cutOff(): Promise<Broken> {
    const { head } = this.#state
    const from = this.#last.seq + 1
    const rest = await this.#store.readChain(head.seq, 1)
    const how = rest.length > 0 ? 'removed' : 'truncated'
    return broken(from, how, from === head.seq ? `The last entry is gone.` : `The entries ${from} to ${head.seq} are gone.`)
  }
}

function broken(seq: number, problem: Broken['problem'], message: string): Broken {
  return { seq, problem, message }
}
