import { toIso } from '../base/clock.ts'
import { messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Updates } from '../contract/ipc.ts'
import type { DesktopState } from './desktop-state.ts'

/** PORT. Where newer versions come from. Nothing happens by itself: each step is asked for. */
export interface UpdateSource {
  /** The newer version, or undefined when there is none. Downloads nothing. */
  look(): Promise<string | undefined>
  /** Downloads what was found, checked against its signature or hash. From then on it is installed when the app quits. */
  download(onProgress: (part: number) => void): Promise<void>
  /** Installs what was downloaded and starts the app again. Ends the process. */
  installNow(): void
}

const DAY_MS = 24 * 60 * 60 * 1000
/** After a start, so that it is in nobody's way. */
const FIRST_LOOK_MS = 60_000

/** How things stand with updates: one step at a time, errors in the log and shown to who asks. */
export class UpdateDesk {
  readonly #source: UpdateSource | undefined
  readonly #state: DesktopState
  readonly #log: Log
  #now: Omit<Updates, 'checksByItself'>
  #timer: NodeJS.Timeout | undefined
  #wantsInstall = false

  /** Without a source there are no updates, and `why` says the reason. */
  constructor(source: UpdateSource | undefined, why: string, state: DesktopState, log: Log) {
    this.#source = source
    this.#state = state
    this.#log = log
    this.#now = source ? { status: 'idle' } : { status: 'unavailable', problem: why }
    this.#plan(FIRST_LOOK_MS)
  }

  get isThere(): boolean {
    return this.#source !== undefined
  }

  get(): Updates {
    return { ...this.#now, checksByItself: this.#source !== undefined && this.#state.facts.checksForUpdates }
  }

  setChecks(isOn: boolean): Updates {
    if (this.#source) this.#state.change({ checksForUpdates: isOn })
    this.#plan(FIRST_LOOK_MS)
    return this.get()
  }

  /** Asks now. What is under way or downloaded is left as it is. */
  async check(): Promise<Updates> {
    const source = this.#source
    if (!source || ['checking', 'downloading', 'ready'].includes(this.#now.status)) return this.get()
    this.#now = { status: 'checking' }
    try {
      const version = await source.look()
      const checkedAt = toIso(Date.now())
      this.#now = version === undefined ? { status: 'current', checkedAt } : { status: 'available', version, checkedAt }
    } catch (error) {
      this.#fail(error, 'it could not be found out whether there is a newer version')
    }
    return this.get()
  }

  /** Begins to download what was found. */
  download(): Updates {
    const { status, version = '' } = this.#now
    if (this.#source && status === 'available') {
      this.#now = { status: 'downloading', version, progress: 0 }
      void this.#download(this.#source, version)
    }
    return this.get()
  }

  /** Whether the app is to install what was downloaded when it has stopped. Refused, with a sentence, when there is nothing. */
  wantInstall(): void {
    if (this.#now.status !== 'ready') throw new Error('There is no downloaded version to install.')
    this.#wantsInstall = true
  }

  /** After the server has stopped. Returns false when nobody asked for it. */
  installIfWanted(): boolean {
    if (this.#wantsInstall) this.#source?.installNow()
    return this.#wantsInstall
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  #download(source: UpdateSource, version: string): Promise<void> {
    return source
      .download((progress) => {
        if (this.#now.status === 'downloading') this.#now = { status: 'downloading', version, progress }
      })
      .then(
        () => void (this.#now = { status: 'ready', version }),
        (error: unknown) => this.#fail(error, 'the newer version could not be downloaded'),
      )
  }

  #fail(error: unknown, sentence: string): void {
    this.#log.warn({ err: error }, sentence)
    // The first line: what follows is for programmers.
    this.#now = { status: 'failed', problem: messageOf(error).split('\n', 1)[0] ?? '' }
  }

  #plan(afterMs: number): void {
    clearTimeout(this.#timer)
    if (!this.get().checksByItself) return
    this.#timer = setTimeout(() => void this.check().finally(() => this.#plan(DAY_MS)), afterMs).unref()
  }
}
