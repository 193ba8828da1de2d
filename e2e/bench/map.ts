// `npm run bench:map -- --memories 50000`: the map of meanings of a large store. How long the layout takes in the background, how long the
// answer takes and how large it is, and what a second look costs; `--screen` adds a Chromium that draws it: frames while panning, and its heap.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { MapProgress } from '../../src-main/contract/map.ts'
import { BenchServer } from './lib/bench-server.ts'
import { drawMap } from './lib/draw-map.ts'
import { MeasuredCommands } from './lib/measured-command.ts'
import { ownerHeaders } from './lib/owner-headers.ts'
import { numberFlag, report } from './lib/report.ts'
import type { Row } from './lib/report.ts'
import { writeMapExport } from './lib/map-export.ts'
import { summarize } from './lib/statistics.ts'

const memories = numberFlag('memories', 50_000)
const folder = mkdtempSync(join(tmpdir(), 'tmws-bench-map-'))
const rows: Row[] = []
const facts: Record<string, unknown> = { memories }

try {
  const server = await BenchServer.start()
  try {
    await fill(server)
    await measure(server)
    if (process.argv.includes('--screen')) {
      const drawn = await drawMap(server)
      rows.push(...drawn.rows)
      Object.assign(facts, drawn.facts)
    }
  } finally {
    await server.stop()
  }
  report('map', rows, facts)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function fill(server: BenchServer): Promise<void> {
  const file = join(folder, 'memories.jsonl')
  await writeMapExport(file, memories)
  await new MeasuredCommands(folder, memories).run('import', { args: ['import', file], dataDir: server.folder, besides: server })
}

async function measure(server: BenchServer): Promise<void> {
  const headers = ownerHeaders(server)
  const ask = async (path: string, more: Record<string, string> = {}) =>
    fetch(`${server.apiUrl}${path}`, { headers: { ...headers, ...more } })
  const before = server.residentKib()
  const start = performance.now()
  const stalls: number[] = []
  let peak = before
  for (;;) {
    const asked = performance.now()
    const progress = (await (await ask('/api/v1/map/progress')).json()) as MapProgress // our own server's answer
    stalls.push(performance.now() - asked)
    peak = Math.max(peak, server.residentKib())
    if (progress.state === 'ready' && progress.waiting === 0) break
    if (progress.state === 'degraded') throw new Error(progress.message)
    await delay(100)
  }
  rows.push({ what: 'layout, in the background', unit: 's', summary: summarize([(performance.now() - start) / 1000]), aim: 60 })
  rows.push({ what: 'GET /map/progress meanwhile', unit: 'ms', summary: summarize(stalls) })
  const first = await timed(() => ask('/api/v1/map'))
  const text = await first.answer.text()
  rows.push({ what: 'GET /map, the first time', unit: 'ms', summary: summarize([first.ms]) })
  const etag = first.answer.headers.get('etag') ?? ''
  const again: number[] = []
  for (let i = 0; i < 20; i++) again.push((await timed(() => ask('/api/v1/map', { 'if-none-match': etag }))).ms)
  rows.push({ what: 'GET /map again, 304', unit: 'ms', summary: summarize(again), aim: 100 })
  Object.assign(facts, {
    answer_mib: round(text.length / 2 ** 20),
    answer_gzip_mib: round(gzipSync(text).length / 2 ** 20),
    server_rss_mib: { before: round(before / 1024), peak: round(peak / 1024), after: round(server.residentKib() / 1024) },
  })
}

async function timed(work: () => Promise<Response>): Promise<{ readonly answer: Response; readonly ms: number }> {
  const start = performance.now()
  const answer = await work()
  return { answer, ms: performance.now() - start }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
