import { pino } from 'pino'
import type { Logger } from 'pino'
import pretty from 'pino-pretty'
import { callContext } from '../base/call-context.ts'
import type { Log, LogFacts, LogLevel } from '../base/log.ts'
import { redactFacts, redactText } from '../base/redact.ts'
import { activeSpan } from '../base/tracer.ts'
import { openLogFile } from './log-file.ts'
import type { LogFileOptions } from './log-file.ts'

export interface LogOptions extends Omit<LogFileOptions, 'folder'> {
  readonly level: LogLevel
  readonly format?: 'json' | 'pretty'
  /** Folder of `tmws.log`; absent: stderr only. */
  readonly folder?: string
}

/**
 * The log of the process: stderr (stdout belongs to protocols) and `logs/tmws.log`. Each line says on whose behalf it was written, and
 * none holds a secret or what people keep (see base/redact.ts). `close` writes what is left.
 */
export function openLog(options: LogOptions): { readonly log: Log; readonly close: () => Promise<void> } {
  const { level, folder } = options
  const toStderr =
    options.format === 'pretty' ? pretty({ destination: 2, sync: true, ignore: 'pid,hostname' }) : pino.destination({ dest: 2, sync: true })
  const file = folder === undefined ? undefined : openLogFile({ ...options, folder })
  // What is written is decided by one gate for the root and all its children, so that it can be changed later.
  const all = 'debug'
  const streams = [{ level: all, stream: toStderr }, ...(file ? [{ level: all, stream: file }] : [])] as const
  const logger = pino(
    { level: all, formatters: { level: (label) => ({ level: label }) }, timestamp: isoTime, mixin: onBehalf },
    pino.multistream([...streams]),
  )
  const close = (): Promise<void> => new Promise((resolve) => (file ? file.end(() => resolve()) : resolve()))
  return { log: asLog(logger, { least: LEVELS[level] }), close }
}

/** Whose call the running code belongs to. */
function onBehalf(): Record<string, string> {
  const context = callContext()
  const traceId = activeSpan()?.traceId
  if (!context) return {}
  const { requestId, sessionId, agentId, address } = context
  return {
    request_id: requestId,
    ...(sessionId !== undefined && { session_id: sessionId }),
    ...(agentId !== undefined && { agent_id: agentId }),
    ...(address !== undefined && { address }),
    ...(traceId !== undefined && { trace_id: traceId }),
  }
}

function isoTime(): string {
  return `,"time":"${new Date().toISOString()}"`
}

const LEVELS: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 }

function asLog(logger: Logger, gate: { least: number }): Log {
  const write = (level: LogLevel, facts: LogFacts, sentence: string): void => {
    // Copying the facts of a line that is not written would be most of its cost.
    if (LEVELS[level] >= gate.least) logger[level](redactFacts(facts), redactText(sentence))
  }
  return {
    debug: (facts, sentence) => write('debug', facts, sentence),
    info: (facts, sentence) => write('info', facts, sentence),
    warn: (facts, sentence) => write('warn', facts, sentence),
    error: (facts, sentence) => write('error', facts, sentence),
    child: (subsystem) => asLog(logger.child({ subsystem }), gate),
    setLevel: (level) => {
      gate.least = LEVELS[level]
    },
  }
}
