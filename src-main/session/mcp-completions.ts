import { AppError } from '../base/errors.ts'
import { PROMPTS } from '../contract/prompts.ts'
import { LIMITS } from '../contract/protocol.ts'
import { MEMORY_RESOURCE_TEMPLATE } from '../contract/resources.ts'
import type { Session } from './session.ts'

/** What an argument belongs to, as MCP names it. */
export type CompletionTarget =
  { readonly type: 'ref/prompt'; readonly name: string } | { readonly type: 'ref/resource'; readonly uri: string }

export interface Completion {
  readonly values: string[]
  readonly hasMore: boolean
}

/**
 * What the value of an argument may go on as, from what the caller may see. Empty for an argument without proposals. Throws
 * `invalid_request` for a prompt, template or argument that is not there.
 */
export async function completionsFor(session: Session, target: CompletionTarget, argument: string, begun: string): Promise<Completion> {
  const names =
    target.type === 'ref/prompt' ? PROMPTS.find(({ name }) => name === target.name)?.arguments.map(({ name }) => name) : idOf(target.uri)
  if (!names?.some((name) => name === argument)) {
    throw new AppError('invalid_request', 'There is no such argument to complete; prompts/list and resources/templates/list name them.')
  }
  if (target.type === 'ref/resource') return startingWith(begun, await recentIds(session))
  if (argument === 'tag' || argument === 'topic') return startingWith(begun, await tagsInUse(session))
  return { values: [], hasMore: false }
}

function idOf(uri: string): string[] | undefined {
  return uri === MEMORY_RESOURCE_TEMPLATE.uriTemplate ? ['id'] : undefined
}

function startingWith(begun: string, proposals: readonly string[]): Completion {
  const prefix = begun.trim().toLowerCase()
  const fitting = proposals.filter((proposal) => proposal.toLowerCase().startsWith(prefix))
  return { values: fitting.slice(0, LIMITS.completionValues), hasMore: fitting.length > LIMITS.completionValues }
}

async function recentIds(session: Session): Promise<string[]> {
  const answer = await session.call('list_memories', { limit: LIMITS.pageSize }, { audience: 'rest' })
  return (answer['memories'] as readonly { id: string }[]).map(({ id }) => id) // shape of the tool's contract
}

async function tagsInUse(session: Session): Promise<string[]> {
  const answer = await session.call('list_tags', { limit: LIMITS.pageSize }, { audience: 'rest' })
  return (answer['tags'] as readonly { tag: string }[]).map(({ tag }) => tag) // shape of the tool's contract
}
