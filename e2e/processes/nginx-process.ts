import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findNginx } from '../../resources/scripts/setup-nginx.ts'
import { freePort } from './bridge-host.ts'
import { ROOT } from './places.ts'
import { until } from './until.ts'

/** Ports of one instance on this machine. */
export interface Upstream {
  readonly apiPort: number
  readonly wsPort: number
}

/** nginx with the configuration that is shipped: only its hosts, ports and folders are those of the test. */
export class NginxProcess {
  readonly port: number
  readonly #folder: string
  readonly #child: ChildProcess

  private constructor(port: number, folder: string, child: ChildProcess) {
    this.port = port
    this.#folder = folder
    this.#child = child
  }

  static async start(upstreams: readonly Upstream[]): Promise<NginxProcess> {
    const program = findNginx()
    if (program === undefined) throw new Error('There is no nginx here.')
    const port = await freePort()
    const folder = mkdtempSync(join(tmpdir(), 'tmws-nginx-'))
    const file = join(folder, 'nginx.conf')
    writeFileSync(file, configuration(port, folder, upstreams))
    const child = spawn(program, ['-p', folder, '-e', 'stderr', '-c', file, '-g', 'daemon off;'], { stdio: 'ignore' })
    process.once('exit', () => child.kill('SIGTERM'))
    const nginx = new NginxProcess(port, folder, child)
    await until('nginx to listen', async () => {
      if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}; ask it why: ${program} -t -c ${file}`)
      return fetch(`${nginx.apiUrl}/health/live`).then(
        ({ ok }) => ok,
        () => false,
      )
    })
    return nginx
  }

  get apiUrl(): string {
    return `http://127.0.0.1:${this.port}`
  }

  get wsUrl(): string {
    return `ws://127.0.0.1:${this.port}/mcp`
  }

  /** Ends it with its workers, and removes its folder. */
  async close(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'exit')
      this.#child.kill('SIGTERM')
      await ended
    }
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

function configuration(port: number, folder: string, upstreams: readonly Upstream[]): string {
  const shipped = readFileSync(join(ROOT, 'resources', 'deploy', 'nginx.conf'), 'utf8')
  // The line of the first instance becomes one for each of ours.
  const servers = (text: string, of: RegExp, portOf: (upstream: Upstream) => number): string =>
    text.replace(of, (line) => upstreams.map((upstream) => line.replace(/tmws-1:\d+/, `127.0.0.1:${portOf(upstream)}`)).join('\n'))
  const withApi = servers(shipped, /^ *server tmws-1:8000 .*$/m, ({ apiPort }) => apiPort)
  return servers(withApi, /^ *server tmws-1:8001 .*$/m, ({ wsPort }) => wsPort)
    .replace(/^ *server tmws-[2-9]:.*\n/gm, '')
    .replace('listen 8080;', `listen 127.0.0.1:${port};`)
    .replaceAll('/tmp/tmws-nginx', join(folder, 'nginx'))
}
