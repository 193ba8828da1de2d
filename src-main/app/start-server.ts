import { AppError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { ServerConfig } from '../config/config.ts'
import { dataPaths } from '../config/paths.ts'
import type { PortNote } from '../contract/ipc.ts'
import { MemoryServer } from '../server/memory-server.ts'
import { openLog } from '../server/pino-log.ts'
import type { AppArguments } from './app-arguments.ts'
import { dataFolderOf, loadAppConfig, logProtection } from './app-config.ts'
import type { SecretVault } from './secret-vault.ts'
import { startFailure } from './start-failure.ts'
import type { StartFailure } from './start-failure.ts'

/** A server that runs in this process, with what belongs to it. */
export interface Running {
  readonly server: MemoryServer
  readonly config: ServerConfig
  readonly vault: SecretVault
  readonly portNote: readonly PortNote[]
  readonly log: Log
  closeLog(): Promise<void>
}

/** Starts the server, or says why it could not. Nothing is left of a start that failed, so it may be tried again. */
export async function startServer(flags: AppArguments['flags']): Promise<Running | StartFailure> {
  let config: ServerConfig | undefined
  let opened: ReturnType<typeof openLog> | undefined
  try {
    const loaded = loadAppConfig(flags)
    config = loaded.config
    opened = openLog({ ...config.log, format: 'json', folder: dataPaths(config.dataDir).logFolder })
    const { log, close: closeLog } = opened
    for (const warning of config.warnings) log.warn({}, warning)
    logProtection(loaded.vault, log)
    const { server, portNote } = await startOnFreePorts(config, log)
    return { server, config, vault: loaded.vault, portNote, log, closeLog }
  } catch (error) {
    opened?.log.error({ err: error }, 'the app could not start its server')
    await opened?.close()
    return startFailure(error, config?.dataDir ?? dataFolderOf(flags), config)
  }
}

/** A taken port is no reason not to start: the app takes a free one in its place, says so, and the discovery file has it. */
async function startOnFreePorts(config: ServerConfig, log: Log): Promise<Pick<Running, 'server' | 'portNote'>> {
  const taken = new Set<PortNote['of']>()
  for (;;) {
    const { api, ws } = config
    const tried = {
      ...config,
      api: { ...api, port: taken.has('api') ? 0 : api.port },
      ws: { ...ws, port: taken.has('ws') ? 0 : ws.port },
    }
    try {
      const server = await MemoryServer.start(tried, log)
      return { server, portNote: [...taken].map((of) => ({ of, wanted: config[of].port, used: portOf(server, of) })) }
    } catch (error) {
      const of = whosePort(error, tried)
      if (of === undefined || taken.has(of)) throw error
      log.warn({ err: error }, 'a port is taken; a free one is used instead')
      taken.add(of)
    }
  }
}

function whosePort(error: unknown, { api, ws }: ServerConfig): PortNote['of'] | undefined {
  const port = error instanceof AppError ? error.details?.['port'] : undefined
  if (port === undefined) return undefined
  return port === api.port ? 'api' : port === ws.port ? 'ws' : undefined
}

function portOf({ addresses }: MemoryServer, of: PortNote['of']): number {
  return Number(new URL((of === 'api' ? addresses.apiUrl : addresses.wsUrl) ?? 'http://localhost:0').port)
}
