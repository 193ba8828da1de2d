// `npm run bench:moving -- --memories 20000`: exporting, importing, backing up and migrating by the command line, beside a running server
// and without one. Rates, and how much memory the processes took at most.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BenchServer } from './lib/bench-server.ts'
import { numberFlag, report } from './lib/report.ts'
import type { Row } from './lib/report.ts'
import { sampleNote } from './lib/sample-text.ts'
import { summarize } from './lib/statistics.ts'

const memories = numberFlag('memories', 20_000)
const PROGRAM = 'out/main/tmws.js'
const folder = mkdtempSync(join(tmpdir(), 'tmws-bench-moving-'))
const facts: Record<string, unknown> = { memories }
const rows: Row[] = []

/** Runs the command and watches it. `besides` is a server whose memory counts too. */
async function measure(what: string, args: readonly string[], dataDir: string, besides?: BenchServer): Promise<void> {
  const runtimeFile = besides ? join(besides.folder, 'runtime.json') : join(folder, 'nobody.json')
  const child = spawn(process.execPath, [PROGRAM, '--data-dir', dataDir, ...args], {
    env: { ...process.env, TMWS_RUNTIME_FILE: runtimeFile, TMWS_EMBEDDING_PROVIDER: 'off' },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const start = performance.now()
  let serverKib = 0
  let latency: number[] = []
  const watch = setInterval(() => {
    serverKib = Math.max(serverKib, besides?.residentKib() ?? 0)
    if (!besides) return
    const asked = performance.now()
    void fetch(`${besides.apiUrl}/health`).then(() => latency.push(performance.now() - asked))
  }, 50)
  let ownKib = 0
  const own = setInterval(() => (ownKib = Math.max(ownKib, peakKib(child.pid ?? 0))), 20)
  const code = await new Promise((resolve) => child.once('exit', resolve))
  clearInterval(watch)
  clearInterval(own)
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${String(code)}.`)
  const seconds = (performance.now() - start) / 1000
  rows.push({ what: `${what}: records a second`, unit: '1/s', summary: summarize([memories / seconds]) })
  rows.push({ what: `${what}: peak memory of the command`, unit: 'MiB', summary: summarize([ownKib / 1024]) })
  if (!besides) return
  rows.push({ what: `${what}: peak memory of the server`, unit: 'MiB', summary: summarize([serverKib / 1024]) })
  if (latency.length > 0) rows.push({ what: `${what}: /health meanwhile`, unit: 'ms', summary: summarize(latency) })
  latency = []
}

/** Peak resident memory in KiB. Linux only. */
function peakKib(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

try {
  const graph = join(folder, 'memory.jsonl')
  const lines = Array.from({ length: memories }, (_, index) =>
    JSON.stringify({ type: 'relation', from: `a ${index}`, to: 'b', relationType: sampleNote(index) }),
  )
  writeFileSync(graph, `${lines.join('\n')}\n`)
  const [plain, other, moved] = ['plain', 'other', 'moved'].map((name) => join(folder, name))
  if (plain === undefined || other === undefined || moved === undefined) throw new Error('Three names make three folders.')
  const file = join(folder, 'all.jsonl')
  await measure('fill from another program, no server', ['import', graph], plain)
  await measure('export, no server', ['export', file], plain)
  facts['export_mib'] = Math.round(statSync(file).size / 2 ** 20)
  await measure('import, no server', ['import', file], other)
  await measure('import again, all unchanged', ['import', file], other)
  await measure('backup, no server', ['backup'], plain)
  await measure(
    'migrate sqlite to sqlite, verified',
    ['migrate', '--from', `sqlite:${plain}/tmws.db`, '--to', `sqlite:${moved}/tmws.db`],
    moved,
  )
  const server = await BenchServer.start({ TMWS_EMBEDDING_PROVIDER: 'off' })
  try {
    await measure('import through the server', ['import', file], server.folder, server)
    await measure('export through the server', ['export', join(folder, 'again.jsonl.gz')], server.folder, server)
    await measure('backup through the server', ['backup'], server.folder, server)
  } finally {
    await server.stop()
  }
  report('moving', rows, facts)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
