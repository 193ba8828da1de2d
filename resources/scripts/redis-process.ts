// A Redis of one's own for tests and benchmarks: on a free port of 127.0.0.1, in a temporary folder, nothing kept, gone with its user.
import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const START_BUDGET_MS = 10_000

export interface RedisProcessOptions {
  /** Password that clients must give; only letters and digits. */
  readonly password?: string
}

/** Path of a Redis server; undefined when there is none. `TMWS_TEST_REDIS_SERVER` names another one. */
export function findRedis(): string | undefined {
  const given = process.env['TMWS_TEST_REDIS_SERVER']
  if (given !== undefined) return existsSync(given) ? given : undefined
  const places = (process.env['PATH'] ?? '').split(':').map((folder) => join(folder, 'redis-server'))
  return [...places, '/usr/bin/redis-server', '/usr/local/bin/redis-server'].find((place) => existsSync(place))
}

/** One server process, which can be frozen, killed and started again at the same place. */
export class RedisProcess {
  readonly port: number
  readonly url: string
  readonly #program: string
  readonly #folder: string
  readonly #password: string | undefined
  #child: ChildProcess | undefined

  private constructor(program: string, port: number, password: string | undefined) {
    this.#program = program
    this.port = port
    this.#password = password
    this.url = `redis://${password === undefined ? '' : `:${password}@`}127.0.0.1:${port}`
    this.#folder = mkdtempSync(join(tmpdir(), 'tmws-redis-'))
  }

  /** Throws when there is no Redis, or it does not start. */
  static async start({ password }: RedisProcessOptions = {}): Promise<RedisProcess> {
    const program = findRedis()
    if (program === undefined) throw new Error('There is no redis-server here.')
    const redis = new RedisProcess(program, await freePort(), password)
    await redis.startAgain()
    return redis
  }

  /** Starts it, empty, where it was. */
  async startAgain(): Promise<void> {
    const args = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.#folder, '--save', '', '--appendonly', 'no']
    const child = spawn(this.#program, [...args, ...(this.#password === undefined ? [] : ['--requirepass', this.#password])], {
      stdio: 'ignore',
    })
    this.#child = child
    process.once('exit', this.#killNow)
    const end = Date.now() + START_BUDGET_MS
    while (!(await canConnect(this.port))) {
      if (child.exitCode !== null || Date.now() > end) throw new Error(`redis-server did not start on port ${this.port}.`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  /** It keeps its sockets and answers nothing. */
  freeze(): void {
    this.#child?.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child?.kill('SIGCONT')
  }

  /** Ends it at once; all it had is gone. */
  async kill(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    process.off('exit', this.#killNow)
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  async remove(): Promise<void> {
    await this.kill()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  readonly #killNow = (): void => {
    if (this.#child?.pid !== undefined) spawnSync('kill', ['-9', String(this.#child.pid)])
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // a TCP server has no other kind of address
  await new Promise((resolve) => server.close(resolve))
  return port
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const finish = (isOpen: boolean): void => {
      socket.destroy()
      resolve(isOpen)
    }
    socket.once('connect', () => finish(true))
    socket.once('error', () => finish(false))
  })
}
