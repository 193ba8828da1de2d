import { NOTES, QUESTIONS } from './data/notes.ts'
import { connectBridge, connectClassicWs, connectHttp } from './clients/mcp-clients.ts'
import { RestClient } from './clients/rest-client.ts'
import { call, untilIndexed } from './clients/tool-calls.ts'
import type { ToolCaller } from './clients/tool-calls.ts'
import { expect, test } from './fixtures.ts'
import type { RunningServer } from './processes/server-process.ts'

/** The reader is another agent than the writer, in the same namespace: `team` notes are for it. */
const READER = { agentId: 'reader' }

async function storeNotes(writer: ToolCaller): Promise<Map<string, string>> {
  const ids = new Map<string, string>()
  for (const { key, content, tags, importance } of NOTES) {
    const stored = await call(writer, 'store_memory', {
      content,
      tags: [...tags],
      access_level: 'team',
      ...(importance !== undefined && { importance }),
    })
    expect(stored.memory.content, 'what is stored is stored verbatim').toBe(content)
    ids.set(key, stored.memory.id)
  }
  return ids
}

interface Miss {
  readonly question: string
  readonly wanted: string
  readonly rank: number
  readonly got: readonly string[]
}

/** Asks every question and returns those whose note is not among the first three. */
async function misses(reader: ToolCaller, ids: ReadonlyMap<string, string>): Promise<Miss[]> {
  const keyOf = new Map([...ids].map(([key, id]) => [id, key]))
  const missed: Miss[] = []
  for (const { asks, answer } of QUESTIONS) {
    const { memories, degraded } = await call(reader, 'semantic_search', { query: asks, limit: 40 })
    expect(degraded).toBeUndefined()
    const rank = memories.findIndex((memory) => memory.id === ids.get(answer)) + 1
    if (rank >= 1 && rank <= 3) continue
    const shown = [...memories.slice(0, 3), ...memories.filter((memory) => memory.id === ids.get(answer))]
    missed.push({
      question: asks,
      wanted: answer,
      rank,
      got: shown.map(({ id, score, why }) => `${keyOf.get(id) ?? '?'} ${score} ${JSON.stringify(why)}`),
    })
  }
  return missed
}

/** The notes are 40, and each wire shows the same ones. */
async function expectAllNotes(server: RunningServer, reader: ToolCaller, ids: ReadonlyMap<string, string>): Promise<void> {
  const wanted = NOTES.map(({ key, content }) => ({ id: ids.get(key), content }))
  const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1)
  const seen = (memories: readonly { id: string; content: string }[]) => memories.map(({ id, content }) => ({ id, content })).sort(byId)
  const expected = seen(wanted as { id: string; content: string }[]) // every note was stored
  expect(seen((await call(reader, 'list_memories', { limit: 100 })).memories)).toEqual(expected)
  const rest = await new RestClient(server.apiUrl, READER).get('/memory?limit=100')
  expect(rest.status).toBe(200)
  expect(seen(rest.body['memories'] as { id: string; content: string }[])).toEqual(expected)
}

test('the questions share at most two words with the notes that answer them', () => {
  const wordsOf = (text: string): Set<string> => new Set(text.toLowerCase().match(/[a-z]{4,}|[0-9]+/g))
  const shared = QUESTIONS.map(({ asks, answer }) => {
    const note = wordsOf(NOTES.find(({ key }) => key === answer)?.content ?? '')
    return { asks, words: [...wordsOf(asks)].filter((word) => note.has(word)) }
  })
  expect(QUESTIONS).toHaveLength(20)
  expect(shared.filter(({ words }) => words.length > 2)).toEqual([])
})

test(
  'a second agent finds what the first one stored, by paraphrased questions, on every wire and after a power cut',
  { tag: '@stores' },
  async ({ startServer, closing }) => {
    const server = await (await startServer()).untilHealthy()
    const writer = closing(await connectClassicWs(server))
    const ids = await storeNotes(writer)
    expect(new Set(ids.values()).size).toBe(40)

    const reader = closing(await connectBridge(server, READER))
    await untilIndexed(reader)
    await test.step('at least 18 of 20 questions find their note among the first three', async () => {
      const missed = await misses(reader, ids)
      for (const miss of missed) test.info().annotations.push({ type: 'missed question', description: JSON.stringify(miss) })
      expect(
        missed.length,
        `missed:\n${missed.map((miss) => `${miss.question} -> ${miss.wanted} (rank ${miss.rank})\n    ${miss.got.join('\n    ')}`).join('\n')}`,
      ).toBeLessThanOrEqual(2)
    })

    await test.step('REST and /mcp answer the same question with the same memories in the same order', async () => {
      const http = closing(await connectHttp(server, READER))
      const rest = new RestClient(server.apiUrl, READER)
      for (const { asks } of QUESTIONS) {
        const overBridge = await call(reader, 'semantic_search', { query: asks, limit: 5 })
        const overHttp = await call(http, 'semantic_search', { query: asks, limit: 5 })
        const overRest = await rest.post('/memory/search', { query: asks, limit: 5 })
        const ranked = (memories: readonly { id: string; score: number }[]) => memories.map(({ id }) => id)
        expect(ranked(overHttp.memories)).toEqual(ranked(overBridge.memories))
        expect(ranked(overRest.body['memories'] as { id: string; score: number }[])).toEqual(ranked(overBridge.memories))
      }
      await expectAllNotes(server, reader, ids)
    })

    await test.step('everything acknowledged is there after kill -9 and a new start', async () => {
      await server.kill()
      const again = await (await server.place.start()).untilHealthy()
      const later = closing(await connectBridge(again, READER))
      await expectAllNotes(again, later, ids)
      await untilIndexed(later)
      expect((await misses(later, ids)).length).toBeLessThanOrEqual(2)
      // The host that was connected all the time goes on as well: its bridge finds the server at its new address.
      await expectAllNotes(again, reader, ids)
    })
  },
)
