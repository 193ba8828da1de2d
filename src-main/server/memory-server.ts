import { setTimeout as delay } from 'node:timers/promises'
import { toIso } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { removeRuntimeFile, writeRuntimeFile } from '../base/runtime-files.ts'
import { unmarkStarting } from '../base/starting-mark.ts'
import type { ServerConfig } from '../config/config.ts'
import { dataPaths } from '../config/paths.ts'
import type { RuntimeFile } from '../contract/runtime-file.ts'
import type { OwnerLock } from '../storage/open-stores.ts'
import { buildContext } from './context.ts'
import type { Overrides, ServerContext } from './context.ts'
import { markEmbeddedPolicy } from './embedded-policy.ts'
import { tightenFiles } from './file-modes.ts'
import { VERSION } from './install-paths.ts'
import { markPlace } from './last-place.ts'
import { becomeOwner } from './owner.ts'

/** Where a started server is reached. */
export interface ServerAddresses {
  readonly apiUrl: string
  /** Absent when the WebSocket port is off. */
  readonly wsUrl?: string
}

/** The whole server as a library: the command line, the desktop app and tests start it by this. */
export class MemoryServer {
  readonly addresses: ServerAddresses
  readonly #context: ServerContext
  readonly #config: ServerConfig
  readonly #lock: OwnerLock | undefined
  readonly #log: Log
  #stopping: Promise<void> | undefined

  private constructor(context: ServerContext, config: ServerConfig, lock: OwnerLock | undefined, log: Log, addresses: ServerAddresses) {
    this.#context = context
    this.#config = config
    this.#lock = lock
    this.#log = log
    this.addresses = addresses
  }

  /**
   * Opens the store, listens, and writes the discovery file. Throws AppError with one sentence: `conflict` for a taken port or data
   * folder, `unavailable` for a store that cannot be opened. Nothing is left behind by a start that failed.
   */
  static async start(config: ServerConfig, log: Log, overrides: Overrides = {}): Promise<MemoryServer> {
    // A volatile server keeps nothing in the data folder, so any number of them may run.
    const lock = config.database.provider === 'volatile' ? undefined : await becomeOwner(config.dataDir)
    let context: ServerContext | undefined
    try {
      if (lock) tightenFiles(config, log.child('files'))
      if (lock) markEmbeddedPolicy(config)
      context = await buildContext(config, log, overrides)
      const addresses = await listen(context, config)
      const server = new MemoryServer(context, config, lock, log, addresses)
      context.vitals.started()
      server.#announce()
      return server
    } catch (error) {
      if (context) await closeAll(context)
      lock?.release()
      throw error
    }
  }

  /** What signs a browser in as the person, as the value of its cookie. */
  get ownerCookie(): string {
    return this.#context.ownerCookie
  }

  get context(): ServerContext {
    return this.#context
  }

  /** Says that it is not ready any more, goes on for the delay of the settings, stops accepting, finishes what runs (10 s at most), closes sockets with 1001, closes the store. Idempotent. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  async #stop(): Promise<void> {
    // First of all, so that a load balancer that looks sends no more clients here.
    this.#context.vitals.stopping()
    if (this.#config.stopDelayMs > 0) await delay(this.#config.stopDelayMs)
    for (const path of this.#discoveryFiles()) removeRuntimeFile(path, process.pid)
    await closeAll(this.#context)
    this.#lock?.release()
  }

  #announce(): void {
    const { apiUrl, wsUrl } = this.addresses
    const where: RuntimeFile = {
      api_url: apiUrl,
      pid: process.pid,
      version: VERSION,
      started_at: toIso(Date.now()),
      ...(wsUrl !== undefined && { ws_url: wsUrl }),
    }
    const [discovery, owner] = this.#discoveryFiles()
    try {
      if (owner !== undefined) writeRuntimeFile(owner, where)
      if (discovery !== undefined) writeRuntimeFile(discovery, { ...where, token: this.#context.ownerToken })
      if (discovery !== undefined) unmarkStarting(discovery)
      markPlace(this.#config)
    } catch (error) {
      // Clients with an address of their own still connect.
      this.#log.warn({ err: error }, 'the discovery file could not be written; clients must be told the address')
    }
  }

  /** The discovery file of the user, and the note for a second start on the same data folder. */
  #discoveryFiles(): string[] {
    return [this.#config.runtimeFile, ...(this.#lock ? [dataPaths(this.#config.dataDir).ownerFile] : [])]
  }
}

async function listen(context: ServerContext, config: ServerConfig): Promise<ServerAddresses> {
  const apiUrl = urlOf('http', config.api.host, await context.http.listen())
  const wsUrl = context.sockets && urlOf('ws', config.ws.host, await context.sockets.listen())
  context.addresses.apiUrl = apiUrl
  if (wsUrl !== undefined) context.addresses.wsUrl = wsUrl
  return { apiUrl, ...(wsUrl !== undefined && { wsUrl }) }
}

async function closeAll(context: ServerContext): Promise<void> {
  context.executions.stopWaiting()
  await Promise.all([context.http.close(), context.sockets?.close()])
  await context.sessions.stop()
  await context.resources.close()
}

/** The address a client on this machine uses: a wildcard is reached by loopback. */
function urlOf(scheme: 'http' | 'ws', host: string, port: number): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `${scheme}://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}
