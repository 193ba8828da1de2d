import type { Log } from '../src-main/base/log.ts'
import { isStarting, readDiscovery } from './discovery.ts'
import { EmbeddedLane } from './embedded-lane.ts'
import type { EmbeddedProgram } from './embedded-process.ts'
import { HybridLane } from './hybrid-lane.ts'
import type { Lane } from './lane.ts'
import type { BridgeOptions } from './options.ts'
import { ServerLink } from './server-link.ts'
import type { Timings } from './timings.ts'

/** The way to answers that the options ask for. */
export function openLane(options: BridgeOptions, program: EmbeddedProgram, timings: Timings, log: Log): Lane {
  const openEmbedded = (): Lane => new EmbeddedLane(program, timings, log)
  if (options.mode === 'stdio') return openEmbedded()
  const server = new ServerLink(options, timings, log)
  if (whyNoFallback(options) !== undefined) return server
  return new HybridLane({
    server,
    openEmbedded,
    announcement: () => announcementOf(options),
    isStarting: () => isStarting(options.runtimeFile),
    timings,
    log,
  })
}

/** Why the store itself does not stand in for the server, as the end of a sentence; undefined if it does. */
export function whyNoFallback({ mode, fallback, host }: BridgeOptions): string | undefined {
  if (mode !== 'hybrid') return `the mode is ${mode}`
  if (!fallback) return 'TMWS_STDIO_FALLBACK is false'
  // The memories of another machine are not in a database of this one.
  if (host && !isLoopback(host.value)) return `the server is on another machine (${host.value}, by ${host.by})`
  return undefined
}

function announcementOf({ runtimeFile }: BridgeOptions): string | undefined {
  const discovery = readDiscovery(runtimeFile)
  return discovery.state === 'found' ? `${discovery.pid} ${discovery.wsUrl ?? ''}` : undefined
}

function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1|0\.0\.0\.0|::)$/i.test(host)
}
