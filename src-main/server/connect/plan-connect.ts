import { isDeepStrictEqual } from 'node:util'
import { AppError } from '../../base/errors.ts'
import type { ClientAction } from '../../contract/clients.ts'
import { sha256 } from './change-plan.ts'
import type { FileStep, Wanted } from './change-plan.ts'
import type { ClientSpec } from './client-table.ts'
import type { Connection } from './connection-journal.ts'
import { withEntry } from './edit/config-document.ts'
import { encodeConfig } from './edit/config-text.ts'
import { pathIn } from './seen-place.ts'
import type { SeenPlace } from './seen-place.ts'

/** The places that a connection needs: of each product those that exist, else the first that may be made. Throws `not_found` when the client is not here. */
export function placesToConnect({ title }: ClientSpec, seen: readonly SeenPlace[]): SeenPlace[] {
  const chosen = productsOf(seen).flatMap((places) => {
    const existing = places.filter(({ file, state }) => file !== undefined || state === 'unusable')
    if (existing.length > 0) return existing
    return places.filter(({ state }) => state !== 'absent').slice(0, 1)
  })
  if (chosen.length > 0) return chosen
  const looked = seen.map(({ place }) => place.sign).join(', ')
  throw new AppError('not_found', `${title} is not on this machine: there is no ${looked}. Install it and open it once.`)
}

/** Places that are ours and not as they should be, and those that exist beside a connected one of the same product. */
export function placesToRepair(spec: ClientSpec, seen: readonly SeenPlace[]): SeenPlace[] {
  if (!seen.some(isOurs)) throw new AppError('conflict', `${spec.title} is not connected, so there is nothing to repair. Connect it first.`)
  const drifted = productsOf(seen).flatMap((places) => {
    if (!places.some(isOurs)) return []
    const beside = places.filter(({ state, file }) => state === 'none' && file !== undefined)
    const wrong = places.filter(({ state }) => state === 'drifted')
    // A file that was taken away is not made again while another of the product is there.
    const others = places.filter(({ file }) => file !== undefined)
    return [...wrong.filter(({ file }) => file !== undefined || others.length === 0), ...beside]
  })
  return drifted
}

export function isOurs({ state }: SeenPlace): boolean {
  return state === 'connected' || state === 'drifted'
}

export function productsOf(seen: readonly SeenPlace[]): SeenPlace[][] {
  return Object.values(Object.groupBy(seen, ({ place }) => place.product)).flatMap((places) => (places ? [places] : []))
}

/** The step that puts the wanted entry into a place; undefined when it stands there. Throws `conflict` with the reason why it must not. */
export function planConnect(spec: ClientSpec, seen: SeenPlace, wanted: Wanted, action: ClientAction): FileStep | undefined {
  if (seen.state === 'unusable') throw refusal(seen, seen.problem ?? `${seen.place.file} cannot be used.`)
  if (seen.entry !== undefined && isDeepStrictEqual(seen.entry, wanted.entry)) return undefined
  assertMayReplace(spec, seen, wanted, action)
  if (seen.problem !== undefined) throw refusal(seen, seen.problem)
  if (spec.way === 'command')
    return {
      seen,
      kind: 'command',
      entry: wanted.entry,
      commands: commandsFor(seen, wanted),
      record: recordFor(spec, seen, wanted, undefined),
    }
  const { hasByteOrderMark, text } = seen.content?.text ?? { hasByteOrderMark: false, text: '' }
  const after = encodeConfig({ hasByteOrderMark, text: withEntry(spec.read, text, pathIn(spec), wanted.entry) })
  const record = recordFor(spec, seen, wanted, after)
  return { seen, kind: seen.file ? 'edit' : 'create', after, entry: wanted.entry, record }
}

function assertMayReplace(spec: ClientSpec, seen: SeenPlace, { force }: Wanted, action: ClientAction): void {
  const { place, state, drift } = seen
  if (state === 'foreign' && (action === 'repair' || !force))
    throw refusal(
      seen,
      `${place.file} has an entry "${pathIn(spec).join('.')}" that this TMWS did not write. Rename it there, or connect with force to write over it; undo brings it back.`,
    )
  if (drift === 'changed' && action === 'connect' && !force)
    throw refusal(
      seen,
      `The entry "${pathIn(spec).join('.')}" in ${place.file} was edited by hand since TMWS wrote it. Repair it, or connect with force, to write over the edit.`,
    )
}

/** How Claude Code's own command takes an entry in; it refuses one that is there. */
function commandsFor({ entry }: SeenPlace, wanted: Wanted): string[][] {
  return [...(entry === undefined ? [] : [removeCommand()]), addCommand(wanted.entry)]
}

export function addCommand(entry: unknown): string[] {
  return ['mcp', 'add-json', '--scope', 'user', 'tmws', JSON.stringify(entry)]
}

export function removeCommand(): string[] {
  return ['mcp', 'remove', '--scope', 'user', 'tmws']
}

function recordFor(spec: ClientSpec, seen: SeenPlace, wanted: Wanted, after: Buffer | undefined): Connection {
  const { record, entry, file, content, place } = seen
  const now: Pick<Connection, 'client' | 'file' | 'agent_id' | 'namespace' | 'connected_at' | 'version' | 'entry'> = {
    client: spec.id,
    file: place.file,
    agent_id: wanted.agentId,
    ...(wanted.namespace !== undefined && { namespace: wanted.namespace }),
    connected_at: wanted.now,
    version: wanted.version,
    entry: wanted.entry,
  }
  const afterHash = after && { after_sha256: sha256(after) as string } // of bytes that are there
  if (record && entry !== undefined) {
    const { before_sha256, backup, previous, had_container, created_file, created_folders } = record
    // What was before our first change can be had back as a whole only while nothing else has changed.
    const isUntouched = before_sha256 !== undefined && sha256(file?.bytes) === record.after_sha256
    const isOwnFile = created_file && sha256(file?.bytes) === record.after_sha256
    return {
      ...now,
      had_container,
      created_file,
      created_folders,
      ...(previous !== undefined && { previous }),
      ...(isUntouched && { before_sha256, ...(backup !== undefined && { backup }) }),
      ...((isUntouched || isOwnFile) && afterHash),
    }
  }
  const before = sha256(file?.bytes)
  return {
    ...now,
    had_container: content?.document.hasContainer(pathIn(spec)) ?? false,
    created_file: file === undefined,
    created_folders: [],
    ...(entry !== undefined && { previous: entry }),
    ...(before !== undefined && after && { before_sha256: before }),
    ...afterHash,
  }
}

function refusal({ place, line, column }: SeenPlace, sentence: string): AppError {
  return new AppError('conflict', sentence, { details: { file: place.file, ...(line !== undefined && { line, column }) } })
}
