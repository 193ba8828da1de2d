import { createHash } from 'node:crypto'
import type { ClientAction } from '../../contract/clients.ts'
import type { ClientSpec } from './client-table.ts'
import type { Connection } from './connection-journal.ts'
import type { EntryValue } from './edit/config-document.ts'
import type { Launch } from './launch.ts'
import type { SeenPlace } from './seen-place.ts'

/** One change of one configuration, worked out and not yet made. */
export interface FileStep {
  readonly seen: SeenPlace
  /** `forget`: nothing is left to change, only to be remembered no longer. `command`: the client's own command makes it. */
  readonly kind: 'create' | 'edit' | 'delete' | 'forget' | 'command'
  /** Content of the file afterwards; undefined when it goes, and when its program writes it. */
  readonly after?: Buffer
  /** The entry afterwards; undefined when it goes. */
  readonly entry?: unknown
  /** True if a copy of the file as it is now would hold nothing that cannot be made again. */
  readonly needsNoBackup?: true
  /** Arguments for the client's own command, one list a call. */
  readonly commands?: readonly (readonly string[])[]
  /** What is remembered afterwards. */
  readonly record?: Connection
}

export interface ChangePlan {
  readonly spec: ClientSpec
  readonly action: ClientAction
  readonly steps: readonly FileStep[]
  /** What the client will start; absent when the entry goes. */
  readonly starts?: Launch
  /** Who the client is afterwards, or was. */
  readonly agentId: string
}

/** What is to stand in one place. */
export interface Wanted {
  readonly entry: EntryValue
  readonly agentId: string
  readonly namespace?: string
  readonly force: boolean
  readonly version: string
  readonly now: string
}

/** Stands for one change of files in one state: it differs as soon as either does. */
export function hashOfPlan({ spec, action, steps }: ChangePlan): string {
  const parts = steps.map(({ seen, kind, after, commands, entry }) => [
    seen.place.file,
    kind,
    // A program writes its own state all the time; of that, only the entry counts.
    kind === 'command' ? JSON.stringify([seen.entry, entry]) : sha256(seen.file?.bytes),
    sha256(after),
    commands,
  ])
  return createHash('sha256')
    .update(JSON.stringify([spec.id, action, parts]))
    .digest('hex')
}

export function sha256(bytes: Buffer | undefined): string | undefined {
  return bytes && createHash('sha256').update(bytes).digest('hex')
}
