import { mkdirSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { AppError, messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { watchParent } from '../base/parent-watch.ts'
import { createStderrLog } from '../base/stderr-log.ts'
import type { ServerConfig } from '../config/config.ts'
import { readAgentVariables } from '../config/process-config.ts'
import { EMBEDDED_STATE_METHOD, HEADERS } from '../contract/protocol.ts'
import type { Caller } from '../session/session.ts'
import { readIdentity, withDefaults } from '../transport/identity.ts'
import { LineWire } from '../transport/stdio/line-wire.ts'
import { serveOverLines } from '../transport/stdio/stdio-mcp-server.ts'
import { describeDatabase } from '../config/config.ts'
import { buildEmbeddedParts } from './embedded-parts.ts'
import { embeddedRefusal } from './embedded-policy.ts'
import { VERSION } from './install-paths.ts'
import { loadStandInConfig } from './last-place.ts'

/** How long running calls may go on after the end was asked for, and closing may take, in milliseconds; a parent's death leaves five seconds. */
const FINISH_MS = 2_000
const CLOSE_MS = 1_500
const PARENT_POLL_MS = 1_000

/**
 * Serves the agent that this process's environment names over stdin and `output` until the input ends, the parent is gone or a
 * signal comes. Resolves with the exit code. Nothing listens, and nothing is written outside the data folder.
 */
export async function runEmbedded(output: Writable): Promise<number> {
  const tell = (state: object): void => {
    output.write(`${JSON.stringify({ jsonrpc: '2.0', method: EMBEDDED_STATE_METHOD, params: state })}\n`)
  }
  try {
    const { config, caller } = admit()
    const log = createStderrLog(process.stderr, config.log.level, 'tmws-embedded')
    for (const warning of config.warnings) log.warn({}, warning)
    await serve(config, caller, log, output, () => tell({ state: 'ready', version: VERSION, ...placeOf(config) }))
    return 0
  } catch (error) {
    tell({ state: 'refused', message: error instanceof AppError ? error.message : `It could not start: ${messageOf(error)}` })
    await new Promise((resolve) => output.end(resolve))
    return 1
  }
}

/** What `tmws doctor` asks, to see that everything loads. */
export async function printVersion(output: Writable): Promise<number> {
  await new Promise((resolve) => output.write(`${VERSION}\n`, resolve))
  return 0
}

/** Throws AppError with the sentence for the agent's host when it may not be served from here. */
function admit(): { config: ServerConfig; caller: Caller } {
  const config = loadStandInConfig()
  const refusal = embeddedRefusal(config)
  if (refusal !== undefined) throw new AppError('forbidden', refusal)
  const { agentId, namespace, capabilities } = readAgentVariables()
  // Read as the server reads them from a bridge's headers.
  const claimed = readIdentity({
    ...(agentId !== undefined && { [HEADERS.agentId]: agentId }),
    ...(namespace !== undefined && { [HEADERS.agentNamespace]: namespace }),
    ...(capabilities !== undefined && { [HEADERS.agentCapabilities]: capabilities }),
  })
  const scope = { kind: 'agent' as const, ...withDefaults(claimed), isAdmin: false }
  return { config, caller: { scope, transport: 'bridge', capabilities: claimed.capabilities, client: `tmws-bridge/${VERSION} (embedded)` } }
}

async function serve(config: ServerConfig, caller: Caller, log: Log, output: Writable, isServing: () => void): Promise<void> {
  const asked = untilAsked()
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 })
  const wire = new LineWire({ input: process.stdin, output, maxMessageBytes: config.ws.maxMessageBytes })
  const { resources, bus, session } = await buildEmbeddedParts(config, caller, log)
  const serving = serveOverLines(session, wire, { bus, log, version: VERSION })
  isServing()
  log.info({ agent_id: session.scope.agentId, ...placeOf(config) }, 'serving from the database while no server runs')
  const reason = await Promise.race([wire.ended, asked])
  log.debug({}, `ending: ${reason}`)
  await serving.finish(FINISH_MS)
  await Promise.race([resources.close(), new Promise((resolve) => setTimeout(resolve, CLOSE_MS))])
}

function untilAsked(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => resolve(signal))
    // Its death closes our input too, unless somebody else holds the other end.
    watchParent(() => resolve('the process that started this one is gone'), PARENT_POLL_MS)
  })
}

function placeOf({ database }: ServerConfig): { readonly database?: string } {
  const place = describeDatabase(database)
  return place === undefined ? {} : { database: place }
}
