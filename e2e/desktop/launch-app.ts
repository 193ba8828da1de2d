import { fork } from 'node:child_process'
import type { ChildProcess, Serializable } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

interface Told {
  readonly type: string
  readonly [fact: string]: unknown
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/**
 * The desktop app under test: our built main process on Node with a stand-in of Electron's API. (Where Electron's runtime is
 * installed, later specs drive the real one by the same interface.)
 */
export class AppUnderTest {
  readonly folder: string
  readonly told: Told[] = []
  readonly exited: Promise<number | null>
  readonly #child: ChildProcess
  readonly #wakers = new Set<() => void>()
  #nextId = 1

  /** `settings` are variables of its environment; `where` is the folder of an app that ran before, or that and arguments. */
  constructor(
    settings: Readonly<Record<string, string>> = {},
    where: string | { readonly folder?: string; readonly args?: readonly string[] } = {},
  ) {
    const { folder, args = [] } = typeof where === 'string' ? { folder: where } : where
    this.folder = folder ?? mkdtempSync(join(tmpdir(), 'tmws-app-'))
    const register = new URL('./register-stand-in.mjs', import.meta.url).href
    this.#child = fork(join(ROOT, 'e2e', 'desktop', 'run-main.mjs'), [join(ROOT, 'out', 'main', 'app.js'), ...args], {
      execArgv: ['--import', register, '--no-warnings'],
      silent: true,
      env: {
        ...process.env,
        TMWS_DATA_DIR: join(this.folder, 'data'),
        TMWS_RUNTIME_FILE: join(this.folder, 'runtime.json'),
        TMWS_API_PORT: '0',
        TMWS_WS_PORT: '0',
        TMWS_EMBEDDING_PROVIDER: 'hash',
        XDG_CONFIG_HOME: join(this.folder, 'config'),
        ...settings,
      },
    })
    this.exited = new Promise((resolve) => this.#child.once('exit', (code) => resolve(code)))
    this.#child.on('message', (message) => {
      this.told.push(message as Told) // sent by the stand-in
      for (const wake of this.#wakers) wake()
    })
  }

  /** The first thing told of this type, now or within ten seconds. */
  async until(type: string, matches: (told: Told) => boolean = () => true): Promise<Told> {
    const end = Date.now() + 30_000
    while (Date.now() < end) {
      const found = this.told.find((told) => told.type === type && matches(told))
      if (found) return found
      await this.#nextMessage()
    }
    throw new Error(`The app did not tell "${type}" in time; it told: ${this.told.map((told) => told.type).join(', ')}`)
  }

  /** Does what a person or the system would do, and returns what came of it. */
  async do(deed: string, argument: unknown = ''): Promise<unknown> {
    const id = this.#nextId++
    this.#child.send({ deed, argument: argument as Serializable, id }) // what tests send is plain
    const { result, error } = await this.until('done', (told) => told['id'] === id)
    if (error !== undefined) throw new Error(error as string) // the stand-in sends text
    return result
  }

  /** Like `do`, for a deed that ends the process. */
  doLast(deed: string): void {
    this.#child.send({ deed, argument: '', id: 0 })
  }

  /** Calls a function of the preload, as the page would. */
  call(name: string, ...args: readonly unknown[]): Promise<unknown> {
    return this.do('call', { name, args })
  }

  /** All that was told of this type so far. */
  all(type: string): Told[] {
    return this.told.filter((told) => told.type === type)
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Ends it as if the power had failed, and leaves its folder. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.exited
  }

  async dispose(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.exited
    rmSync(this.folder, { recursive: true, force: true })
  }

  #nextMessage(): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer)
        this.#wakers.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, 200)
      this.#wakers.add(wake)
    })
  }
}
