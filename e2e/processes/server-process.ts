import { mkdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { asRuntimeFile } from '../../src-main/contract/runtime-file.ts'
import type { RuntimeFile } from '../../src-main/contract/runtime-file.ts'
import type { Health } from '../../src-main/contract/session.ts'
import { ChildProcess, cleanEnvironment, runNode } from './child.ts'
import type { Ending, Finished } from './child.ts'
import { BUILT } from './places.ts'
import type { PlaceStore } from './run-stores.ts'
import { until } from './until.ts'

export interface ServerOptions {
  /** Settings as variables, for example `{ TMWS_EMBEDDING_PROVIDER: 'off' }`. */
  readonly env?: Readonly<Record<string, string>>
  /** 0, the default, picks a free one. */
  readonly apiPort?: number
  readonly wsPort?: number
  /** The program to start; the one that was just built when absent. */
  readonly program?: string
}

const START_BUDGET_MS = 20_000
const IN_ITS_FOLDER: PlaceStore = { settings: {}, remove: () => undefined } // it goes with the folder

/** One folder of a test: the data folder, the discovery file and the home of every process that a test starts on it. */
export class ServerPlace {
  readonly folder: string
  readonly dataDir: string
  readonly runtimeFile: string
  readonly #children: ChildProcess[] = []
  readonly #store: PlaceStore

  /** `store`: what its programs are told to keep things in; the file in the data folder when it tells them nothing. */
  constructor(folder: string, store: PlaceStore = IN_ITS_FOLDER) {
    this.folder = folder
    this.#store = store
    this.dataDir = join(folder, 'data')
    this.runtimeFile = join(folder, 'runtime.json')
    mkdirSync(join(folder, 'home'), { recursive: true })
  }

  environment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
    return cleanEnvironment(join(this.folder, 'home'), { TMWS_RUNTIME_FILE: this.runtimeFile, ...this.#store.settings, ...extra })
  }

  /** What the discovery file says, if it is there and whole. */
  discovery(): RuntimeFile | undefined {
    try {
      return asRuntimeFile(JSON.parse(readFileSync(this.runtimeFile, 'utf8')))
    } catch {
      return undefined
    }
  }

  /** Starts the server and waits until it has said where it listens. */
  async start(options: ServerOptions = {}): Promise<RunningServer> {
    const process = this.spawn(options)
    const where = await until(
      'the server to write its discovery file',
      () => {
        if (!process.isRunning) throw new Error(`The server ended at its start:\n${process.stderr}`)
        const file = this.discovery()
        return file?.pid === process.pid ? file : undefined
      },
      START_BUDGET_MS,
      10,
    )
    return new RunningServer(this, process, where)
  }

  /** Starts the server and waits for nothing. */
  spawn(options: ServerOptions = {}): ChildProcess {
    return this.run(process.execPath, [options.program ?? BUILT.server, ...this.#flags(options)], this.environment(options.env))
  }

  /** Starts any program that belongs to this place. */
  run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = this.environment()): ChildProcess {
    const child = new ChildProcess(command, args, { env })
    this.#children.push(child)
    return child
  }

  /** Ends every process that was started here, by its id, and removes the folder and the store. */
  async remove(): Promise<void> {
    await Promise.all(this.#children.map((child) => child.kill()))
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 })
    this.#store.remove()
  }

  /** Starts a server that is expected to refuse, and returns what it said. */
  startToEnd(options: ServerOptions = {}): Promise<Finished> {
    return runNode([BUILT.server, ...this.#flags(options)], { env: this.environment(options.env) })
  }

  /** `tmws doctor` on this folder. */
  doctor(env: ServerOptions['env'] = {}): Promise<Finished> {
    return runNode([BUILT.server, '--data-dir', this.dataDir, '--api-port', '0', '--ws-port', '0', 'doctor'], {
      env: this.environment(env),
    })
  }

  #flags({ apiPort = 0, wsPort = 0 }: ServerOptions): string[] {
    return ['--server', '--api-port', String(apiPort), '--ws-port', String(wsPort), '--data-dir', this.dataDir]
  }
}

/** A server that listens. */
export class RunningServer {
  readonly place: ServerPlace
  readonly apiUrl: string
  readonly wsUrl: string
  /** Token of the person at the machine. */
  readonly ownerToken: string
  readonly process: ChildProcess

  constructor(place: ServerPlace, child: ChildProcess, where: RuntimeFile) {
    this.place = place
    this.process = child
    this.apiUrl = where.api_url
    this.wsUrl = where.ws_url ?? ''
    this.ownerToken = where.token ?? ''
  }

  get apiPort(): number {
    return Number(new URL(this.apiUrl).port)
  }

  get wsPort(): number {
    return Number(new URL(this.wsUrl).port)
  }

  async health(): Promise<Health> {
    const response = await fetch(`${this.apiUrl}/health`)
    return (await response.json()) as Health // the contract of the path
  }

  /** Waits until the embedding model works, so that a test does not depend on how long it took to load. */
  async untilHealthy(withinMs = 30_000): Promise<this> {
    await until('the server to be healthy', async () => (await this.health()).status === 'healthy', withinMs)
    return this
  }

  /** Ends it without a chance to tidy up, as a power cut would. */
  kill(): Promise<Ending> {
    return this.process.kill()
  }

  /** Asks it to stop, as a service manager would. */
  async stop(withinMs = 20_000): Promise<Ending> {
    this.process.signal('SIGTERM')
    const timer = setTimeout(() => this.process.signal('SIGKILL'), withinMs)
    const ending = await this.process.ended
    clearTimeout(timer)
    return ending
  }
}
