import { mkdirSync } from 'node:fs'
import { pino } from 'pino'
import type { Logger } from 'pino'
import pretty from 'pino-pretty'
import { createStream } from 'rotating-file-stream'
import type { Log } from '../base/log.ts'

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly format: 'json' | 'pretty'
  /** Folder of `tmws.log`; absent: stderr only. */
  readonly folder?: string
}

/** Size at which the log file is set aside, and how many old ones are kept. */
const ROTATION = { size: '10M', maxFiles: 5 } as const
/** Never in a log, wherever it stands in the facts. */
const REDACTED = [
  '*.token',
  '*.secret',
  '*.authorization',
  '*.cookie',
  '*.content',
  'token',
  'secret',
  'authorization',
  'cookie',
  'content',
]

/** The log of the process: stderr (stdout belongs to protocols) and `logs/tmws.log`. `close` writes what is left. */
export function openLog(options: LogOptions): { readonly log: Log; readonly close: () => Promise<void> } {
  const toStderr =
    options.format === 'pretty' ? pretty({ destination: 2, sync: true, ignore: 'pid,hostname' }) : pino.destination({ dest: 2, sync: true })
  if (options.folder !== undefined) mkdirSync(options.folder, { recursive: true, mode: 0o700 })
  const file = options.folder === undefined ? undefined : createStream('tmws.log', { path: options.folder, ...ROTATION, mode: 0o600 })
  // A full disk must not stop the server; stderr still says what happens.
  file?.on('error', () => undefined)
  const streams = [{ level: options.level, stream: toStderr }, ...(file ? [{ level: options.level, stream: file }] : [])]
  const logger = pino({ level: options.level, redact: { paths: REDACTED, censor: '[redacted]' } }, pino.multistream(streams))
  const close = (): Promise<void> => new Promise((resolve) => (file ? file.end(() => resolve()) : resolve()))
  return { log: asLog(logger), close }
}

function asLog(logger: Logger): Log {
  return {
    debug: (facts, sentence) => logger.debug(facts, sentence),
    info: (facts, sentence) => logger.info(facts, sentence),
    warn: (facts, sentence) => logger.warn(facts, sentence),
    error: (facts, sentence) => logger.error(facts, sentence),
    child: (subsystem) => asLog(logger.child({ subsystem })),
  }
}
