import { messageOf } from '../src-main/base/errors.ts'
import { silentLog } from '../src-main/base/log.ts'
import { DEFAULT_NAMESPACE } from '../src-main/contract/protocol.ts'
import { readDiscovery, resolveTarget } from './discovery.ts'
import type { Discovery } from './discovery.ts'
import { EmbeddedLane } from './embedded-lane.ts'
import type { EmbeddedProgram } from './embedded-process.ts'
import type { Lane } from './lane.ts'
import { whyNoFallback } from './open-lane.ts'
import type { BridgeOptions } from './options.ts'
import { ProbeConnection } from './probe-connection.ts'
import { tryServing } from './probe-questions.ts'
import { canBeBypassed } from './refusal.ts'
import type { Failure } from './refusal.ts'
import { withSavedToken } from './saved-token.ts'
import { ServerLink } from './server-link.ts'
import type { Timings } from './timings.ts'
import { BRIDGE_VERSION } from './version.ts'

type Say = (line: string) => void
/** How a lane was found: it works, or why not. `failure` says that it did not even open. */
type Finding = { readonly works: true } | { readonly works: false; readonly failure?: Failure }

/** `--test`: says in words what the bridge finds and what a host would get. True if it would be served. */
export async function diagnose(options: BridgeOptions, program: EmbeddedProgram, timings: Timings, say: Say): Promise<boolean> {
  const discovery = readDiscovery(options.runtimeFile)
  const { agentId, namespace } = options.identity
  const { url } = resolveTarget(options, discovery)
  say(`Bridge:         tmws-bridge ${BRIDGE_VERSION} on Node ${process.versions.node}, mode ${options.mode}`)
  say(`Discovery file: ${describeDiscovery(discovery)}`)
  say(`Agent:          ${agentId} in namespace ${namespace ?? DEFAULT_NAMESPACE}, ${describeToken(options, url)}`)
  const server = options.mode === 'stdio' ? undefined : await tryServer(options, discovery, timings, say)
  const noFallback = options.mode === 'stdio' ? undefined : whyNoFallback(options)
  say('')
  if (noFallback !== undefined) say(`Without a server: nothing stands in, since ${noFallback}.`)
  const embedded = noFallback === undefined ? await tryEmbedded(program, timings, say) : undefined
  say('')
  return conclude(server, embedded, say)
}

function describeToken(options: BridgeOptions, url: string): string {
  if (options.identity.token !== undefined) return 'with a token'
  return withSavedToken(options, url).token === undefined ? 'without a token' : 'with the token that this machine keeps for it'
}

async function tryServer(options: BridgeOptions, discovery: Discovery, timings: Timings, say: Say): Promise<Finding> {
  const target = resolveTarget(options, discovery)
  say(`Address:        ${target.url} (by ${target.source})`)
  const finding = await tryLane(new ServerLink(options, timings, silentLog), 'Connected:      in', say)
  if (finding.works) return finding
  if (finding.failure?.httpStatus !== undefined) say(`Refused:        HTTP ${finding.failure.httpStatus}`)
  if (finding.failure) say(`The bridge cannot connect: ${finding.failure.sentence}`)
  return finding
}

async function tryEmbedded(program: EmbeddedProgram, timings: Timings, say: Say): Promise<Finding> {
  say('The database itself, for when no server runs:')
  const finding = await tryLane(new EmbeddedLane(program, timings, silentLog), 'Started:        in', say)
  if (!finding.works && finding.failure) say(finding.failure.sentence)
  return finding
}

async function tryLane(lane: Lane, opened: string, say: Say): Promise<Finding> {
  const startedAt = performance.now()
  const connection = await ProbeConnection.open(lane)
  if ('sentence' in connection) return { works: false, failure: connection }
  say(`${opened} ${(performance.now() - startedAt).toFixed(1)} ms`)
  try {
    await tryServing(connection, say)
    return { works: true }
  } catch (error) {
    say(`It is there, but does not work: ${messageOf(error)}`)
    return { works: false }
  } finally {
    await connection.close()
  }
}

/** What a host would get, by the same rules as in earnest. */
function conclude(server: Finding | undefined, embedded: Finding | undefined, say: Say): boolean {
  if (server?.works === true) {
    say('A host gets the running server.')
    if (embedded?.works === false) say('Mend what is said above of the database too: while no server runs, a host would get only errors.')
    say('The bridge works.')
    return true
  }
  const mayStandIn = server === undefined || (server.failure !== undefined && canBeBypassed(server.failure))
  if (embedded?.works === true && mayStandIn) {
    say(`A host gets the database itself${server ? ', and the server as soon as one runs' : ''}.`)
    say('The bridge works.')
    return true
  }
  if (embedded?.works === true) say('The database itself would work, but is no way around a server that is there and refuses.')
  say('A host gets only errors, until what is said above is mended.')
  return false
}

function describeDiscovery(discovery: Discovery): string {
  switch (discovery.state) {
    case 'found':
      return `${discovery.path}: server ${discovery.version}, process ${discovery.pid}, ${discovery.wsUrl ?? 'its WebSocket port is off'}`
    case 'stale':
      return `${discovery.path} is stale and ignored: process ${discovery.pid} is gone`
    case 'absent':
      return `${discovery.path} is not there: no server has started, or it stopped cleanly`
    case 'unreadable':
      return `${discovery.path} cannot be read and is ignored: ${discovery.problem}`
  }
}
