import type { Writable } from 'node:stream'
import { messageOf } from './errors.ts'
import type { Log, LogFacts } from './log.ts'
import { redactFacts, redactText } from './redact.ts'

const LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LEVELS)[number] | 'silent'

/** The level a setting names; what the server calls `trace` and `fatal` fall to the nearest we have, anything else is `info`. */
export function asLogLevel(text: string | undefined): LogLevel {
  const level = text?.toLowerCase()
  if (level === 'trace') return 'debug'
  if (level === 'fatal') return 'error'
  return level === 'silent' ? 'silent' : (LEVELS.find((known) => known === level) ?? 'info')
}

/**
 * Lines for a person who opens the log of an MCP host: `program info: sentence {facts}`. Written rarely, on a change of state:
 * some hosts never read stderr, and what they do not read stays in our memory.
 */
export function createStderrLog(output: Writable, level: LogLevel, program: string, subsystem?: string): Log {
  const from = level === 'silent' ? LEVELS.length : LEVELS.indexOf(level)
  const write = (at: (typeof LEVELS)[number], facts: LogFacts, sentence: string): void => {
    if (LEVELS.indexOf(at) < from) return
    const shown = Object.keys(facts).length === 0 ? '' : ` ${JSON.stringify(redactFacts(readable(facts)))}`
    output.write(`${program} ${at}: ${subsystem === undefined ? '' : `${subsystem}: `}${redactText(sentence)}${shown}\n`)
  }
  return {
    debug: (facts, sentence) => write('debug', facts, sentence),
    info: (facts, sentence) => write('info', facts, sentence),
    warn: (facts, sentence) => write('warn', facts, sentence),
    error: (facts, sentence) => write('error', facts, sentence),
    child: (name) => createStderrLog(output, level, program, name),
  }
}

/** Of an error only its sentence. */
function readable(facts: LogFacts): LogFacts {
  return Object.fromEntries(Object.entries(facts).map(([key, value]) => [key, value instanceof Error ? messageOf(value) : value]))
}
