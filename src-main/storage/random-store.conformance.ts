import fc from 'fast-check'
import { newId } from '../base/ids.ts'
import { agent, at, by, embed, put, vector } from './fixtures.conformance.ts'
import type { Stores } from './open-stores.ts'
import { aRecordOfEachKind } from './transfer-fixtures.conformance.ts'

/** What agents may do to a store, for tests that hold for any store. */

const text = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  fc.constantFrom('"\\/\b', 'a\nb\tc', '\u2028\u2029', '日本語 🦊', 'é vs é', '{"kind":"end"}'),
)
const content = text.map((words) => `.${words.replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/g, '')}`.toWellFormed()) // eslint-disable-line no-control-regex -- no text may hold them
const who = fc.constantFrom('alice', 'bob', 'Zed')
const step = fc.oneof(
  fc.record({
    do: fc.constant('store' as const),
    who,
    content,
    context: fc.dictionary(fc.constantFrom('b', 'a', '2', '10', '__proto__'), fc.jsonValue({ maxDepth: 3 }), { noNullPrototype: true }),
    tags: fc.uniqueArray(fc.constantFrom('x', 'y', 'Ä', 'z z'), { maxLength: 3 }),
    importance: fc.double({ min: 0, max: 1, noNaN: true }),
    pinned: fc.boolean(),
    vectors: fc.nat(3),
  }),
  fc.record({ do: fc.constant('change' as const), which: fc.nat(), content: fc.option(content), importance: fc.constantFrom(0, 0.1, 1) }),
  fc.record({ do: fc.constant('trash' as const), which: fc.nat() }),
  fc.record({ do: fc.constant('link' as const), which: fc.nat(), to: fc.nat() }),
  fc.record({ do: fc.constant('touch' as const), which: fc.nat() }),
  fc.record({ do: fc.constant('see' as const), who }),
  fc.record({ do: fc.constant('other' as const), kind: fc.constantFrom('task', 'workflow', 'execution'), word: content }),
)

export const aPlan = fc.array(step, { maxLength: 25 })
export type Plan = typeof aPlan extends fc.Arbitrary<infer T> ? T : never

/** Does it all; what the store refuses is left out. */
export async function act({ memories, agents, transfer }: Stores, plan: Plan): Promise<void> {
  const made: { id: string; who: string }[] = []
  for (const [index, one] of plan.entries()) {
    const now = at(index)
    const chosen = 'which' in one ? made[one.which % Math.max(1, made.length)] : undefined
    if ('which' in one && !chosen) continue
    const change = by(agent(chosen?.who ?? 'alice'), now)
    const id = chosen?.id ?? ''
    try {
      if (one.do === 'store') {
        const { content: said, context, tags, importance, pinned } = one
        const memory = await put(memories, { agent_id: one.who, content: said, context, tags, importance, pinned, created_at: now })
        made.push({ id: memory.id, who: one.who })
        const vectors = Array.from({ length: one.vectors }, (_, window) => vector(index + window, 0.1))
        if (vectors.length > 0 && memory.version === 1) await embed(memories, memory, vectors)
      } else if (one.do === 'change') {
        await memories.update(id, { importance: one.importance, ...(one.content !== null && { content: one.content }) }, change)
      } else if (one.do === 'trash') await memories.trash(id, change)
      else if (one.do === 'link') {
        await memories.update(id, { links: [{ to: made[one.to % made.length]?.id ?? id, kind: 'supersedes' }] }, change)
      } else if (one.do === 'touch') await memories.touch([id], now)
      else if (one.do === 'see') await agents.see(one.who, 'team-a', now)
      else await transfer.write([withNewId(one.kind, one.word)], { onConflict: 'skip', now, actor: 'owner' })
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'AppError') throw error
    }
  }
}

function withNewId(kind: string, word: string) {
  const id = newId()
  const { task, workflow, execution } = aRecordOfEachKind(word)
  if (kind === 'task') return { ...task, task: { ...task.task, id, result: { word } } }
  if (kind === 'workflow') return { ...workflow, workflow: { ...workflow.workflow, id } }
  return { ...execution, run: { ...execution.run, execution: { ...execution.run.execution, id, root_execution_id: id } } }
}
