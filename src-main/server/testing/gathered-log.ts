import { callContext } from '../../base/call-context.ts'
import type { Log, LogFacts } from '../../base/log.ts'

export interface GatheredLine extends LogFacts {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly msg: string
  readonly subsystem?: string
  readonly request_id?: string
  readonly session_id?: string
}

/** A log that keeps its lines, each with the call that it was written in. */
export function gatherLog(lines: GatheredLine[], subsystem?: string): Log {
  const write =
    (level: GatheredLine['level']) =>
    (facts: LogFacts, msg: string): void => {
      const context = callContext()
      lines.push({
        ...facts,
        level,
        msg,
        ...(subsystem !== undefined && { subsystem }),
        ...(context && { request_id: context.requestId }),
        ...(context?.sessionId !== undefined && { session_id: context.sessionId }),
      })
    }
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (name) => gatherLog(lines, name),
  }
}
