import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BenchServer } from './bench-server.ts'
import { textFlag } from './report.ts'
import type { Row } from './report.ts'
import { summarize } from './statistics.ts'

export interface Command {
  readonly args: readonly string[]
  readonly dataDir: string
  readonly env?: Readonly<Record<string, string>>
  /** A server that runs besides, and whose memory counts too. */
  readonly besides?: BenchServer
}

/** Runs commands of the built program (`--program` names another one) and measures what each takes, for `records` records. */
export class MeasuredCommands {
  readonly rows: Row[] = []
  readonly #folder: string
  readonly #records: number
  readonly #program = textFlag('program') ?? 'out/main/tmws.js'

  /** `folder`: where no server is found. */
  constructor(folder: string, records: number) {
    this.#folder = folder
    this.#records = records
  }

  /** Throws when the command fails. Returns its seconds. */
  async run(what: string, { args, dataDir, env = {}, besides }: Command): Promise<number> {
    const runtimeFile = join(besides?.folder ?? this.#folder, 'runtime.json')
    const child = spawn(process.execPath, [this.#program, '--data-dir', dataDir, ...args], {
      env: { ...process.env, TMWS_RUNTIME_FILE: runtimeFile, TMWS_EMBEDDING_PROVIDER: 'off', ...env },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const start = performance.now()
    let serverKib = 0
    const latency: number[] = []
    const watch = setInterval(() => {
      if (!besides) return
      serverKib = Math.max(serverKib, besides.residentKib())
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
    this.#note(`${what}: time`, 's', [seconds])
    this.#note(`${what}: memories a second`, '1/s', [this.#records / seconds])
    this.#note(`${what}: peak memory of the command`, 'MiB', [ownKib / 1024])
    if (besides) this.#note(`${what}: peak memory of the server`, 'MiB', [serverKib / 1024])
    if (latency.length > 0) this.#note(`${what}: /health meanwhile`, 'ms', latency)
    return seconds
  }

  #note(what: string, unit: string, values: readonly number[]): void {
    this.rows.push({ what, unit, summary: summarize(values) })
  }
}

/** Peak resident memory in KiB. Linux only. */
function peakKib(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}
