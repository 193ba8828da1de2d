import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import type { Clock } from '../../base/clock.ts'
import { toIso } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { Announcement, EventBus } from '../../base/event-bus.ts'
import type { Log } from '../../base/log.ts'
import type { Meter } from '../../base/meter.ts'
import { ERROR_TABLE } from '../../contract/errors.ts'
import type { ServerEvent } from '../../contract/events.ts'
import { CLOSE_CODES, EVENTS_PATH, LIMITS } from '../../contract/protocol.ts'
import { canRead, canSeeTask, canSeeWorkflow } from '../../contract/scope.ts'
import type { Scope } from '../../contract/scope.ts'
import type { Caller } from '../../session/session.ts'
import { noteRefusedUpgrade } from '../access-log.ts'
import type { Guard } from '../guard.ts'
import type { TokenWatch } from '../token-watch.ts'
import { Heartbeat } from './heartbeat.ts'
import { pathOf, refuseConnection } from '../refused-connection.ts'

export interface EventFeedParts {
  readonly guard: Guard
  readonly tokenWatch: TokenWatch
  readonly bus: EventBus
  readonly clock: Clock
  readonly log: Log
  readonly version: string
  readonly pingIntervalMs: number
  readonly pingTimeoutMs: number
  readonly maxListeners: number
  readonly meter?: Meter
}

/** How long peers have to answer the close frame, in milliseconds. */
const CLOSE_WAIT_MS = 1_000

/** `GET /api/v1/events`: what happens, as it happens, to listeners that may know it. One JSON event a frame; nothing is read. */
export class EventFeed {
  readonly #parts: EventFeedParts
  readonly #wss = new WebSocketServer({ noServer: true, maxPayload: 1024, perMessageDeflate: false })
  readonly #heartbeat: Heartbeat

  constructor(parts: EventFeedParts) {
    this.#parts = parts
    this.#heartbeat = new Heartbeat({ intervalMs: parts.pingIntervalMs, timeoutMs: parts.pingTimeoutMs })
  }

  /** Serves an upgrade request of the REST port, or refuses it. */
  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy())
    const start = performance.now()
    try {
      await this.#parts.guard.assertOurs(request)
      if (pathOf(request) !== EVENTS_PATH) throw new AppError('not_found', `The only WebSocket of this port is ${EVENTS_PATH}.`)
      const caller = await this.#parts.guard.identify(request, 'rest')
      if (this.#wss.clients.size >= this.#parts.maxListeners)
        throw new AppError('unavailable', `The event feed has its maximum of ${this.#parts.maxListeners} listeners.`)
      this.#wss.handleUpgrade(request, socket, head, (ws) => this.#serve(ws, caller))
    } catch (error) {
      if (!(error instanceof AppError)) this.#parts.log.error({ err: error }, 'an upgrade to the event feed failed')
      const access = {
        method: 'UPGRADE',
        url: request.url ?? '/',
        durationMs: performance.now() - start,
        address: this.#parts.guard.addressOf(request),
      }
      noteRefusedUpgrade(this.#parts.log.child('access'), this.#parts.meter, access, error)
      refuseConnection(socket, error)
    }
  }

  /** Closes every socket with 1001, and drops those whose peer does not answer that. */
  async close(): Promise<void> {
    this.#heartbeat.close()
    for (const socket of this.#wss.clients) socket.close(CLOSE_CODES.goingAway, 'The server is stopping.')
    for (let waitedMs = 0; waitedMs < CLOSE_WAIT_MS && this.#wss.clients.size > 0; waitedMs += 20) await delay(20)
    for (const socket of this.#wss.clients) socket.terminate()
  }

  #serve(socket: WebSocket, caller: Caller): void {
    const { scope } = caller
    this.#heartbeat.watch(socket)
    socket.on('error', (error) => this.#parts.log.debug({ err: error }, 'an event listener failed'))
    const send = (event: ServerEvent): void => {
      // A listener that stopped reading would fill our memory; it reconnects and reloads.
      if (socket.bufferedAmount > LIMITS.feedBufferBytes)
        socket.close(CLOSE_CODES.tryAgainLater, 'You read too slowly; reconnect and reload.')
      else socket.send(JSON.stringify(event))
    }
    const greet = (): void => {
      const at = toIso(this.#parts.clock.now())
      send({ type: 'hello', at, server_version: this.#parts.version, is_owner: scope.kind === 'owner' })
    }
    greet()
    const unsubscribe = this.#parts.bus.subscribeAll((announcement) => {
      if (mayHear(announcement, scope, this.#parts.clock.now())) send(announcement.event)
    }, greet)
    const unwatch = this.#parts.tokenWatch.watch(caller, (why) => socket.close(ERROR_TABLE.unauthenticated.closeCode, why))
    socket.on('close', () => {
      unsubscribe()
      unwatch()
    })
  }
}

/** The owner hears everything; an agent what is its own, and of memories and tasks what it may see. */
function mayHear({ event, access, task, workflow, agentId }: Announcement, scope: Scope, nowMs: number): boolean {
  if (scope.kind === 'owner') return true
  if (access) return canRead(access, scope, nowMs)
  if (task) return canSeeTask(task, scope)
  if (workflow) return canSeeWorkflow(workflow, scope)
  if (agentId !== undefined) return agentId === scope.agentId
  return event.type === 'health-changed'
}
