import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { asRuntimeFile } from '../../../src-main/contract/runtime-file.ts'

const START_BUDGET_MS = 30_000

/** A server of our own for one measurement, in a fresh data folder, without rate limits. */
export class BenchServer {
  readonly apiUrl: string
  readonly wsUrl: string
  readonly pid: number
  readonly #child: ChildProcess
  /** Its data folder, and where its discovery file is. */
  readonly folder: string

  private constructor(child: ChildProcess, folder: string, apiUrl: string, wsUrl: string, pid: number) {
    this.#child = child
    this.folder = folder
    this.apiUrl = apiUrl
    this.wsUrl = wsUrl
    this.pid = pid
  }

  static async start(settings: Readonly<Record<string, string>> = {}): Promise<BenchServer> {
    const folder = mkdtempSync(join(tmpdir(), 'tmws-bench-'))
    const runtimeFile = join(folder, 'runtime.json')
    const env = {
      ...process.env,
      TMWS_RATE_LIMIT_ENABLED: 'false',
      TMWS_LOG_LEVEL: 'warn',
      TMWS_WS_MAX_CONNECTIONS: '10000',
      TMWS_RUNTIME_FILE: runtimeFile,
      ...settings,
    }
    const child = spawn(process.execPath, ['out/main/tmws.js', '--server', '--api-port', '0', '--ws-port', '0', '--data-dir', folder], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const end = Date.now() + START_BUDGET_MS
    while (Date.now() < end) {
      await delay(20)
      const file = readIfThere(runtimeFile)
      if (file?.ws_url !== undefined) {
        const server = new BenchServer(child, folder, file.api_url, file.ws_url, file.pid)
        await server.untilHealthy()
        return server
      }
    }
    child.kill('SIGKILL')
    throw new Error('The server did not start in time.')
  }

  /** Resident memory in KiB. Linux only; NaN elsewhere. */
  residentKib(): number {
    try {
      return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))?.[1])
    } catch {
      return Number.NaN
    }
  }

  async stop(): Promise<void> {
    const exited = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill('SIGTERM')
    await exited
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** Waits until the model is loaded too, so that its load is not measured. */
  async untilHealthy(): Promise<void> {
    const end = Date.now() + START_BUDGET_MS
    while (Date.now() < end) {
      const response = await fetch(`${this.apiUrl}/health`).catch(() => undefined)
      const health = (await response?.json()) as { status?: string } | undefined // our own server's answer
      if (health?.status === 'healthy') return
      await delay(50)
    }
    throw new Error('The server did not become healthy in time.')
  }
}

function readIfThere(path: string) {
  try {
    return asRuntimeFile(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return undefined
  }
}
