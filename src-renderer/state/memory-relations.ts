import type { ServerClient } from '../api/server-client.ts'
import type { AccessLevel, Link, Memory, Share } from '../api/types.ts'
import { WEAK_SCORE } from '../model/memory-filters.ts'
import { withLink, withoutLink } from '../model/memory-links.ts'
import { strings } from '../strings/strings.ts'
import type { MemoryActions, SaveOutcome } from './memory-actions.ts'

const MOST_FOUND = 8
const WHOLE_ID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/

/** How a memory stands to others: its links, and who may see it. Each change has its undo, as those of `MemoryActions`. */
export class MemoryRelations {
  readonly #client: ServerClient
  readonly #actions: MemoryActions

  constructor(client: ServerClient, actions: MemoryActions) {
    this.#client = client
    this.#actions = actions
  }

  /** Memories that a link could lead to: by a search or a whole id, or those that changed last when nothing is asked. */
  async find(text: string, signal?: AbortSignal): Promise<readonly Memory[]> {
    const query = text.trim()
    if (query === '') return (await this.#client.listMemories({ sort: 'updated', limit: MOST_FOUND }, signal)).memories
    if (WHOLE_ID.test(query)) return [await this.#client.getMemory(query, signal)]
    const question = { query, limit: MOST_FOUND, min_score: WEAK_SCORE, include_superseded: true }
    return (await this.#client.searchMemories(question, signal)).memories
  }

  link(memory: Memory, link: Link): Promise<SaveOutcome> {
    return this.#actions.save(memory, { links: withLink(memory.links, link) }, strings.links.added)
  }

  unlink(memory: Memory, link: Link): Promise<SaveOutcome> {
    return this.#actions.save(memory, { links: withoutLink(memory.links, link) }, strings.links.removed)
  }

  setLevel(memory: Memory, level: AccessLevel): Promise<SaveOutcome> {
    return this.#actions.save(memory, { access_level: level }, strings.sharing.levelSet(strings.levels[level]))
  }

  /** A new grant, or another permission or end of one. Grants to others stay, also those that somebody else gave meanwhile. */
  share(memory: Memory, share: Share): Promise<SaveOutcome> {
    const isNew = memory.shared_with.every(({ agent_id: agentId }) => agentId !== share.agent_id)
    const said = isNew ? strings.sharing.added(share.agent_id) : strings.sharing.changed(share.agent_id)
    return this.#actions.change(memory, () => this.#client.shareMemory(memory.id, { shared_with: [share] }), said)
  }

  unshare(memory: Memory, agentId: string): Promise<SaveOutcome> {
    const work = () => this.#client.shareMemory(memory.id, { remove: [agentId] })
    return this.#actions.change(memory, work, strings.sharing.removed(agentId))
  }
}
