import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../../base/errors.ts'
import { writePrivateText } from '../../base/private-files.ts'
import { isProcessAlive } from '../../base/process-alive.ts'
import type { ClientId } from '../../contract/clients.ts'

/** What was done to one configuration, so that it can be undone and looked after. */
export interface Connection {
  readonly client: ClientId
  readonly file: string
  readonly agent_id: string
  readonly namespace?: string
  /** ISO 8601 UTC. */
  readonly connected_at: string
  /** Of TMWS. */
  readonly version: string
  /** What was written. */
  readonly entry: unknown
  /** What had been under our name. */
  readonly previous?: unknown
  /** Whether the table of servers was there before. */
  readonly had_container: boolean
  readonly created_file: boolean
  readonly created_folders: readonly string[]
  /** SHA-256 of the file before and after. Absent when "before" can no longer be had back as a whole. */
  readonly before_sha256?: string
  readonly after_sha256?: string
  /** The copy of before. */
  readonly backup?: string
}

const FORMAT_VERSION = 1
const LOCK_WAIT_MS = 5_000
const LOCK_LOOK_MS = 50
/** A lock as old as this was left by a machine that went down, and its process id means another process by now. */
const LOCK_STALE_MS = 5 * 60_000

/** `connections.json` beside the discovery file: one for the app and the command line, readable by its user only. */
export class ConnectionJournal {
  readonly #file: string

  constructor(folder: string) {
    this.#file = join(folder, 'connections.json')
  }

  /** Throws `conflict` for a file that is not ours to read: what it remembers would be lost by writing over it. */
  read(): Connection[] {
    let text: string
    try {
      text = readFileSync(this.#file, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [] // what fs throws has a code
      throw this.#unreadable(error)
    }
    try {
      const content = JSON.parse(text) as { version?: unknown; connections?: unknown } | null // checked below
      if (content?.version === FORMAT_VERSION && Array.isArray(content.connections)) return content.connections.filter(isConnection)
    } catch (error) {
      throw this.#unreadable(error)
    }
    throw this.#unreadable()
  }

  /** Replaces what is remembered of these files; `undefined` forgets one. */
  update(changes: ReadonlyMap<string, Connection | undefined>): void {
    const others = this.read().filter(({ file }) => !changes.has(file))
    const added = [...changes.values()].filter((connection) => connection !== undefined)
    const content = { version: FORMAT_VERSION, connections: [...others, ...added] }
    writePrivateText(this.#file, `${JSON.stringify(content, null, 2)}\n`, { isDurable: true })
  }

  /** Runs `work` while no other process changes connections. Throws `unavailable` when another one does not come to an end. */
  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    const lock = `${this.#file}.lock`
    mkdirSync(dirname(lock), { recursive: true, mode: 0o700 })
    const end = Date.now() + LOCK_WAIT_MS
    while (!takeLock(lock)) {
      if (isLeftBehind(lock)) rmSync(lock, { force: true })
      else if (Date.now() > end) throw new AppError('unavailable', 'Another tmws is changing connections; try again when it is done.')
      else await delay(LOCK_LOOK_MS)
    }
    try {
      return await work()
    } finally {
      rmSync(lock, { force: true })
    }
  }

  #unreadable(cause?: unknown): AppError {
    return new AppError(
      'conflict',
      `${this.#file} cannot be read, and it says how to undo connections. Mend it, or move it away to begin anew.`,
      { cause },
    )
  }
}

function takeLock(lock: string): boolean {
  try {
    const handle = openSync(lock, 'wx', 0o600)
    writeSync(handle, String(process.pid))
    closeSync(handle)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false // what fs throws has a code
    throw error
  }
}

function isLeftBehind(lock: string): boolean {
  try {
    const pid = Number(readFileSync(lock, 'utf8'))
    const ageMs = Date.now() - statSync(lock).mtimeMs
    // Between its making and its first byte a lock is empty.
    return ageMs > LOCK_STALE_MS || (pid > 0 && !isProcessAlive(pid))
  } catch {
    return false
  }
}

function isConnection(value: unknown): value is Connection {
  const { client, file, agent_id } = (value ?? {}) as Partial<Record<keyof Connection, unknown>>
  return typeof client === 'string' && typeof file === 'string' && typeof agent_id === 'string'
}
