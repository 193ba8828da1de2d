// `npm run bench:retrieval -- --data FILE`: search quality over dialogues with questions (LoCoMo's form), through the wire as a client
// meets it. The file is not part of the project.
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { BenchServer } from './lib/bench-server.ts'
import { report, textFlag } from './lib/report.ts'
import { RpcClient } from './lib/rpc-client.ts'
import { summarize } from './lib/statistics.ts'

interface Turn {
  readonly speaker: string
  readonly dia_id: string
  readonly text: string
}
interface Dialogue {
  readonly sample_id: string
  readonly conversation: Readonly<Record<string, unknown>>
  readonly qa: readonly { readonly question: string; readonly evidence?: readonly string[] }[]
}

const MODES = ['keyword', 'vector', 'hybrid'] as const
const RANKS = [1, 5, 10, 20] as const

const file = textFlag('data')
if (file === undefined) throw new Error('Say which dialogues to use: npm run bench:retrieval -- --data FILE (JSON in the form of LoCoMo).')
const dialogues = JSON.parse(readFileSync(file, 'utf8')) as Dialogue[] // LoCoMo's form
const server = await BenchServer.start()
const scores = new Map(MODES.map((mode) => [mode, { reciprocal: [] as number[], recall: RANKS.map(() => [] as number[]) }]))
const times: number[] = []
try {
  for (const dialogue of dialogues) await askAbout(dialogue)
} finally {
  await server.stop()
}
console.log(`mode      MRR    ${RANKS.map((rank) => `R@${rank}`.padEnd(7)).join('')}questions`)
for (const [mode, { reciprocal, recall }] of scores) {
  console.log(
    `${mode.padEnd(9)} ${mean(reciprocal).toFixed(3)}  ${recall.map((values) => mean(values).toFixed(3).padEnd(7)).join('')}${reciprocal.length}`,
  )
}
const quality = Object.fromEntries(
  [...scores].map(([mode, { reciprocal, recall }]) => [
    mode,
    { mrr: mean(reciprocal), recall: Object.fromEntries(RANKS.map((rank, index) => [rank, mean(recall[index] ?? [])])) },
  ]),
)
report('retrieval', [{ what: 'semantic_search', unit: 'ms', summary: summarize(times) }], { dialogues: dialogues.length, quality })

async function askAbout(dialogue: Dialogue): Promise<void> {
  // Each dialogue is an agent of its own: it searches what it stored, private to it.
  const client = await RpcClient.connectMcp(server.wsUrl, dialogue.sample_id)
  const idOfTurn = new Map<string, string>()
  for (const turn of turnsOf(dialogue)) {
    const { memory } = (await client.tool('store_memory', { content: `${turn.speaker}: ${turn.text}` })) as { memory: { id: string } } // the tool's contract
    idOfTurn.set(turn.dia_id, memory.id)
  }
  while ((await client.tool('semantic_search', { query: 'anything' }))['degraded'] !== undefined) await delay(200)
  for (const { question, evidence = [] } of dialogue.qa) {
    const wanted = evidence.flatMap((turn) => idOfTurn.get(turn) ?? [])
    if (wanted.length === 0) continue
    for (const mode of MODES) {
      const start = performance.now()
      const { memories } = (await client.tool('semantic_search', { query: question, limit: 50, mode })) as { memories: { id: string }[] } // the tool's contract
      times.push(performance.now() - start)
      score(
        mode,
        memories.map(({ id }) => id),
        wanted,
      )
    }
  }
  client.close()
}

function score(mode: (typeof MODES)[number], found: readonly string[], wanted: readonly string[]): void {
  const sums = scores.get(mode)
  const first = found.findIndex((id) => wanted.includes(id))
  sums?.reciprocal.push(first === -1 ? 0 : 1 / (first + 1))
  for (const [index, rank] of RANKS.entries())
    sums?.recall[index]?.push(wanted.filter((id) => found.slice(0, rank).includes(id)).length / wanted.length)
}

function* turnsOf({ conversation }: Dialogue): Generator<Turn> {
  for (let session = 1; Array.isArray(conversation[`session_${session}`]); session += 1) yield* conversation[`session_${session}`] as Turn[] // LoCoMo's form
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
}
