import { existsSync } from 'node:fs'
import { dirname, isAbsolute } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { AppError } from '../../base/errors.ts'
import { ENTRY_NAME } from '../../contract/clients.ts'
import type { ConnectionState, Drift } from '../../contract/clients.ts'
import type { ClientSpec } from './client-table.ts'
import type { Place } from './client-places.ts'
import { changeProblem, folderProblem, MAX_CONFIG_BYTES, readConfigFile } from './config-file.ts'
import type { ConfigFile } from './config-file.ts'
import type { Connection } from './connection-journal.ts'
import { UnusableConfigError } from './edit/config-document.ts'
import type { ConfigDocument, EntryPath } from './edit/config-document.ts'
import { decodeConfig } from './edit/config-text.ts'
import type { ConfigText } from './edit/config-text.ts'

/** One configuration as it stands now, with our entry in it or not. */
export interface SeenPlace {
  readonly place: Place
  readonly state: ConnectionState
  readonly drift?: Drift
  /** What is in the way of a change. */
  readonly problem?: string
  readonly line?: number
  readonly column?: number
  readonly file?: ConfigFile
  readonly content?: { readonly text: ConfigText; readonly document: ConfigDocument }
  /** What stands under our name. */
  readonly entry?: unknown
  readonly record?: Connection
}

/** A program that keeps its own state in the file may have much of it. In bytes. */
const MAX_STATE_BYTES = 64 * 1024 * 1024

/** Whose the entry is to be, as far as an entry or a record says. */
export interface Wearer {
  readonly agentId?: string
  readonly namespace?: string
}

export function pathIn({ container }: ClientSpec): EntryPath {
  return [container, ENTRY_NAME]
}

/** Looks at one place. `entryFor` says what should stand there for an agent. Never throws for the state of a file. */
export function lookAt(spec: ClientSpec, place: Place, record: Connection | undefined, entryFor: (wearer: Wearer) => unknown): SeenPlace {
  const seen = { place, ...(record && { record }) }
  try {
    const file = readConfigFile(place.file, spec.way === 'command' ? MAX_STATE_BYTES : MAX_CONFIG_BYTES)
    if (!file) return { ...seen, ...stateWithout(place, record) }
    const text = decodeConfig(file.bytes)
    if (text.hasByteOrderMark && !spec.takesByteOrderMark)
      throw new UnusableConfigError(`it begins with a byte order mark, which ${spec.title} does not take`, { line: 1, column: 1 })
    const document = spec.read(text.text)
    document.assertHasRoom(pathIn(spec))
    const entry = document.valueAt(pathIn(spec))
    const problem = spec.way === 'file' ? changeProblem(file) : undefined
    return {
      ...seen,
      file,
      content: { text, document },
      entry,
      ...stateOf(entry, record, entryFor),
      ...(problem !== undefined && { problem }),
    }
  } catch (error) {
    if (error instanceof UnusableConfigError) {
      const { line, column, message } = error
      return {
        ...seen,
        state: 'unusable',
        line,
        column,
        problem: `${place.file}, line ${line}, column ${column}: ${message}. It is left as it is.`,
      }
    }
    if (error instanceof AppError) return { ...seen, state: 'unusable', problem: error.message }
    throw error
  }
}

function stateWithout({ file, sign }: Place, record: Connection | undefined): Pick<SeenPlace, 'state' | 'drift' | 'problem'> {
  if (!existsSync(sign)) return { state: 'absent' }
  const problem = folderProblem(dirname(file))
  const blocked = problem === undefined ? {} : { problem }
  return record ? { state: 'drifted', drift: 'missing', ...blocked } : { state: 'none', ...blocked }
}

function stateOf(
  entry: unknown,
  record: Connection | undefined,
  entryFor: (wearer: Wearer) => unknown,
): { readonly state: ConnectionState; readonly drift?: Drift } {
  if (entry === undefined) return record ? { state: 'drifted', drift: 'missing' } : { state: 'none' }
  const wearer = record
    ? { agentId: record.agent_id, ...(record.namespace !== undefined && { namespace: record.namespace }) }
    : wearerOf(entry)
  if (isDeepStrictEqual(entry, entryFor(wearer))) return { state: 'connected' }
  if (!record) return { state: 'foreign' }
  if (!isDeepStrictEqual(entry, record.entry)) return { state: 'drifted', drift: 'changed' }
  return { state: 'drifted', drift: startsSomethingGone(entry) ? 'moved' : 'outdated' }
}

/** Who an entry of our shape is for. */
export function wearerOf(entry: unknown): Wearer {
  const env = (entry as { env?: Readonly<Record<string, unknown>> } | null | undefined)?.env // read with care below
  const [agentId, namespace] = [env?.['TMWS_AGENT_ID'], env?.['TMWS_AGENT_NAMESPACE']]
  return { ...(typeof agentId === 'string' && { agentId }), ...(typeof namespace === 'string' && { namespace }) }
}

function startsSomethingGone(entry: unknown): boolean {
  const { command, args } = entry as { command?: unknown; args?: unknown } // what we wrote ourselves
  const files = [command, ...(Array.isArray(args) ? (args as unknown[]) : [])]
  return files.some((file) => typeof file === 'string' && isAbsolute(file) && !existsSync(file))
}
