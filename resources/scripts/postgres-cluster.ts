// A PostgreSQL server of one's own for tests and benchmarks: fresh, on a free port of 127.0.0.1, gone without a trace after.
import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findPostgres } from './setup-postgres.ts'

const START_MS = 60_000
const STOP_MS = 10_000
/** Few enough for a machine that runs other things, enough for several servers with pools. */
const MAX_CONNECTIONS = 100

export interface PostgresCluster {
  /** URL of a database that is there and empty. Nothing else is known of the user: it is whoever may do anything. */
  readonly url: string
  /** URL of another database of the same server, made now. */
  createDatabase(name: string): string
  /** Removes such a database, whoever still uses it. */
  dropDatabase(name: string): void
  /** Stops the server; its data stay. `immediate` is what a crash leaves. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>
  /** Starts it again on the same port. */
  start(): Promise<void>
  /** Freezes the server's processes, or lets them go on: a machine that answers nobody. */
  freeze(isFrozen: boolean): void
  /** The processes of the server. */
  pids(): readonly number[]
  /** Stops it and removes its data. Idempotent. */
  remove(): Promise<void>
}

/**
 * Undefined where there is no PostgreSQL with pgvector (see setup-postgres.ts). `isDurable`: as in earnest, for measurements; `settings` are
 * lines of its configuration, `name=value`.
 */
export async function startPostgresCluster({
  isDurable = false,
  settings: more = [],
}: { readonly isDurable?: boolean; readonly settings?: readonly string[] } = {}): Promise<PostgresCluster | undefined> {
  const programs = findPostgres()
  if (!programs) return undefined
  const account = unprivileged()
  const folder = mkdtempSync(join(tmpdir(), 'tmws-postgres-'))
  chmodSync(folder, 0o700)
  if (account) chownSync(folder, account.uid, account.gid)
  const data = join(folder, 'data')
  const run = { ...account, cwd: folder, env: { PATH: `${programs.bin}:/usr/bin:/bin`, LC_ALL: 'C.UTF-8' } }
  const port = await freePort()
  let server: ChildProcess | undefined

  const program = (name: string, args: readonly string[]) =>
    execFileSync(join(programs.bin, name), args, { ...run, stdio: ['ignore', 'ignore', 'pipe'], timeout: START_MS })
  const start = async (): Promise<void> => {
    const settings = [
      `port=${port}`,
      'listen_addresses=127.0.0.1',
      `unix_socket_directories=${folder}`,
      `max_connections=${MAX_CONNECTIONS}`,
      'shared_buffers=128MB',
      'maintenance_work_mem=256MB',
      // Without these, what is committed survives the end of these processes, not that of the machine.
      ...(isDurable ? [] : ['fsync=off', 'full_page_writes=off']),
      ...more,
    ]
    const child = spawn(join(programs.bin, 'postgres'), ['-D', data, ...settings.flatMap((setting) => ['-c', setting])], {
      ...run,
      stdio: 'ignore',
    })
    server = child
    await untilReady(() => program('pg_isready', ['--quiet', '--host', folder, '--port', String(port)]), child)
  }
  const stop = async (mode: 'fast' | 'immediate' = 'fast'): Promise<void> => {
    const child = server
    server = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    // https://www.postgresql.org/docs/current/server-shutdown.html
    child.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT')
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    await ended
    clearTimeout(late)
  }
  const remove = async (): Promise<void> => {
    process.off('exit', killNow)
    await stop('immediate')
    rmSync(folder, { recursive: true, force: true })
  }
  const killNow = (): void => {
    server?.kill('SIGQUIT')
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', killNow)
  const urlOf = (name: string): string => `postgresql://tmws@127.0.0.1:${port}/${name}`
  try {
    program('initdb', ['--pgdata', data, '--username', 'tmws', '--auth', 'trust', '--encoding', 'UTF8', '--no-sync'])
    await start()
    program('createdb', ['--host', folder, '--port', String(port), '--username', 'tmws', 'tmws'])
  } catch (error) {
    await remove()
    throw error
  }
  return {
    url: urlOf('tmws'),
    createDatabase: (name) => {
      program('createdb', ['--host', folder, '--port', String(port), '--username', 'tmws', name])
      return urlOf(name)
    },
    dropDatabase: (name) => {
      program('dropdb', ['--force', '--if-exists', '--host', folder, '--port', String(port), '--username', 'tmws', name])
    },
    stop,
    start,
    pids: () => pidsBelow(server?.pid),
    freeze: (isFrozen) => {
      const children = pidsBelow(server?.pid)
      for (const pid of children) process.kill(pid, isFrozen ? 'SIGSTOP' : 'SIGCONT')
    },
    remove,
  }
}

/** PostgreSQL refuses to run as root; as whom it runs then. */
function unprivileged(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = ['-u', '-g'].map((flag) =>
        Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })),
      )
      if (uid !== undefined && gid !== undefined) return { uid, gid }
    } catch {
      // There is no such user; the next one.
    }
  }
  return undefined
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

async function untilReady(ask: () => void, child: ChildProcess): Promise<void> {
  const end = Date.now() + START_MS
  for (;;) {
    try {
      ask()
      return
    } catch (error) {
      if (child.exitCode !== null || Date.now() > end) throw new Error('PostgreSQL did not start.', { cause: error })
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

/** A server's process and those it has started. */
function pidsBelow(pid: number | undefined): number[] {
  if (pid === undefined) return []
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
    .split(/\s+/)
    .flatMap((text) => (text === '' ? [] : Number(text)))
  return [pid, ...children]
}
