import { setTimeout as delay } from 'node:timers/promises'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import type { EventBus } from '../../base/event-bus.ts'
import type { Log } from '../../base/log.ts'
import { createMcpServer } from '../../session/mcp-session.ts'
import type { Session } from '../../session/session.ts'
import { McpTransport } from '../mcp-transport.ts'
import { tellAssignees } from '../ws/task-notices.ts'
import type { LineWire } from './line-wire.ts'

export interface StdioServing {
  /** Refuses new requests, lets running ones finish for at most `withinMs`, then says no more. */
  finish(withinMs: number): Promise<void>
}

/** One session over lines, in both protocol eras: what the WebSocket port does for each of its connections. */
export function serveOverLines(
  session: Session,
  wire: LineWire,
  parts: { readonly bus: EventBus; readonly log: Log; readonly version: string },
): StdioServing {
  const transport = new McpTransport(wire, session)
  const stopTelling = tellAssignees(parts.bus, new Set([{ session, transport }]))
  serveStdio(({ era }) => createMcpServer(session, parts.version, era), {
    transport,
    onerror: (error) => parts.log.debug({ err: error }, 'a protocol error'),
  })
  return {
    finish: async (withinMs) => {
      stopTelling()
      transport.drain()
      const end = Date.now() + withinMs
      while (session.pendingCount > 0 && Date.now() < end) await delay(10)
      // The answers of the last calls are written in the turns after their calls end.
      await delay(5)
      await transport.close()
    },
  }
}
