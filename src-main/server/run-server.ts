import { AppError, messageOf } from '../base/errors.ts'
import { redactText } from '../base/redact.ts'
import { describeDatabase } from '../config/config.ts'
import type { ServerConfig } from '../config/config.ts'
import { dataPaths } from '../config/paths.ts'
import { VERSION } from './install-paths.ts'
import { MemoryServer } from './memory-server.ts'
import { openLog } from './pino-log.ts'
import { keepYoungSpaceSmall } from './small-young-space.ts'

/** How long a stop may take before the process ends anyway, in milliseconds: ten for running calls, the rest for closing. */
const STOP_BUDGET_MS = 15_000

/** Runs the server until SIGTERM or SIGINT. Resolves with the exit code; a failed start says why in one sentence on stderr. */
export async function runServer(config: ServerConfig): Promise<number> {
  keepYoungSpaceSmall()
  const format = config.log.format ?? (process.stderr.isTTY ? 'pretty' : 'json')
  const folder = config.database.provider === 'volatile' ? undefined : dataPaths(config.dataDir).logFolder
  const { log, close: closeLog } = openLog({ ...config.log, format, ...(folder !== undefined && { folder }) })
  for (const warning of config.warnings) log.warn({}, warning)
  const stopped = untilSignal()
  try {
    const server = await MemoryServer.start(config, log)
    greet(server, config)
    log.info({ ...server.addresses, version: VERSION, data_dir: config.dataDir }, 'the server runs')
    const died = server.context.storeDied
    const end = await Promise.race([stopped, ...(died ? [died] : [])])
    // A supervisor starts a new process, which can open the store again; this one never will.
    if (end instanceof Error) log.error({ err: end }, 'the store has stopped for good; the server ends, to be started anew')
    else log.info({ signal: end }, 'stopping')
    const isClean = await Promise.race([server.stop().then(() => true), timeout(config.stopDelayMs + STOP_BUDGET_MS)])
    log.info({ clean: isClean }, 'stopped')
    return isClean && !(end instanceof Error) ? 0 : 1
  } catch (error) {
    const sentence = error instanceof AppError ? error.message : `The server could not start: ${messageOf(error)}`
    log.error({ err: error }, 'the server could not start')
    process.stderr.write(`tmws: ${redactText(sentence)}\n`)
    return 1
  } finally {
    await closeLog()
  }
}

/** For the person at the terminal; stdout is free in this mode. */
function greet(server: MemoryServer, config: ServerConfig): void {
  const { apiUrl, wsUrl } = server.addresses
  const lines = [
    `TMWS ${VERSION} runs.`,
    `  dashboard  ${apiUrl}/`,
    `  REST       ${apiUrl}/api/v1  (docs: ${apiUrl}/docs)`,
    `  MCP        ${apiUrl}/mcp${wsUrl === undefined ? '' : `  and  ${wsUrl}/`}`,
    `  data       ${describeDatabase(config.database) ?? 'nothing is kept (volatile)'}`,
    'Stop with Ctrl+C.',
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

function untilSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => resolve(signal))
  })
}

function timeout(ms: number): Promise<false> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(false), ms).unref()
  })
}
