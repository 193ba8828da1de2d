import { AppError } from '../../base/errors.ts'
import type { ImportSummary } from '../../contract/transfer.ts'
import { EVERYTHING, TRANSFER_KINDS } from '../../storage/transfer-store.ts'
import type { TransferKind, TransferStore, WriteOptions } from '../../storage/transfer-store.ts'
import { digestOf, pagesOf } from './export-data.ts'
import type { TransferProgress } from './export-data.ts'
import { ImportTally } from './import-summary.ts'

export interface MoveOptions {
  readonly from: TransferStore
  readonly to: TransferStore
  /** What tells the source from others: a move that was interrupted goes on only from there. Holds no secret. */
  readonly sourceName: string
  /** Into a store that holds something already. */
  readonly merge: boolean
  /** ISO 8601. */
  readonly now: string
  readonly actor: string
  readonly onProgress?: (progress: TransferProgress & { readonly phase: 'moving' | 'verifying' }) => void
  readonly signal?: AbortSignal
}

export interface MoveSummary extends Pick<ImportSummary, 'kinds' | 'kept'> {
  readonly isResumed: boolean
  /** Of both stores, when the target held nothing before. */
  readonly bodySha256?: string
}

/** Where a move stands: everything before is in the target. */
interface Mark {
  readonly source: string
  readonly isMerge: boolean
  readonly kind: TransferKind
  readonly cursor?: string
}

/**
 * Copies everything from one store into another, page by page, and then compares the two. The source is only read. After an
 * interruption the same call goes on where it stood. Throws `conflict` when the target holds something else, and when the two are
 * not the same in the end.
 */
export async function moveData(options: MoveOptions): Promise<MoveSummary> {
  const { from, to, onProgress, signal } = options
  const found = readMark(await to.getMark())
  if (found && found.source !== options.sourceName) throw otherMove(found.source)
  const isMerge = found?.isMerge ?? (await requireRoom(options))
  const start: Mark = found ?? { source: options.sourceName, isMerge, kind: TRANSFER_KINDS[0] }
  await to.setMark(JSON.stringify(start))
  const tally = await copy(options, start)
  await to.settle?.()
  const verifying = {
    selection: EVERYTHING,
    onProgress: (progress: TransferProgress): void => {
      onProgress?.({ ...progress, phase: 'verifying' })
    },
    ...(signal && { signal }),
  }
  let bodySha256: string | undefined
  if (isMerge) await requireContained(options)
  else bodySha256 = await requireSame(from, to, verifying)
  await to.setMark(undefined)
  const { kinds, kept } = tally.summary({ format: 'tmws-export', dry_run: false, bad_lines: [], bad_line_count: 0 })
  return { kinds, kept, isResumed: found !== undefined, ...(bodySha256 !== undefined && { bodySha256 }) }
}

async function copy({ from, to, now, actor, onProgress, signal }: MoveOptions, start: Mark): Promise<ImportTally> {
  const write: WriteOptions = { onConflict: 'skip', now, actor }
  const tally = new ImportTally()
  const counts = await from.count(EVERYTHING)
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  const first = TRANSFER_KINDS.indexOf(start.kind)
  let records = TRANSFER_KINDS.slice(0, first).reduce((sum, kind) => sum + counts[kind], 0)
  let skipped: string | undefined
  for (const kind of TRANSFER_KINDS.slice(first)) {
    let cursor = kind === start.kind ? start.cursor : undefined
    do {
      signal?.throwIfAborted()
      const page = await from.read(kind, EVERYTHING, cursor)
      const wanted = page.records.filter((record) => !('memoryId' in record) || record.memoryId !== skipped)
      const outcomes = await to.write(wanted, write)
      for (const [index, record] of wanted.entries()) {
        const outcome = outcomes[index]
        if (!outcome) continue
        if (record.kind === 'memory') skipped = outcome.result === 'skipped' ? record.memory.id : undefined
        tally.add(record, 0, outcome)
        if (record.kind === kind) records += 1
      }
      cursor = page.nextCursor
      // Whose history is being left out is not in the mark.
      if (cursor !== undefined && skipped === undefined) await to.setMark(JSON.stringify({ ...start, kind, cursor } satisfies Mark))
      onProgress?.({ records, total: Math.max(total, records), phase: 'moving' })
    } while (cursor !== undefined)
  }
  return tally
}

const PLURALS: Readonly<Record<TransferKind, string>> = {
  agent: 'agents',
  memory: 'memories',
  task: 'tasks',
  workflow: 'workflows',
  execution: 'executions',
}

/** Whether this is a merge. Throws unless the target is empty or may be added to. */
async function requireRoom({ to, merge }: MoveOptions): Promise<boolean> {
  const counts = Object.entries(await to.count(EVERYTHING)).filter(([, count]) => count > 0)
  if (counts.length === 0) return false
  if (merge) return true
  const held = counts.map(([kind, count]) => `${count} ${count === 1 ? kind : PLURALS[kind as TransferKind]}`).join(', ') // the keys of the counts
  throw new AppError(
    'conflict',
    `The target is not empty (it holds: ${held}). Nothing was changed. Choose an empty one, or add to this one with --merge.`,
  )
}

async function requireSame(from: TransferStore, to: TransferStore, options: Parameters<typeof digestOf>[1]): Promise<string> {
  const [source, target] = [await digestOf(from, options), await digestOf(to, options)]
  if (source === target) return source
  throw new AppError(
    'conflict',
    'The target does not hold the same as the source. Something was written to one of them meanwhile, or between two tries. Stop everything that uses them, empty the target, and move again.',
    { details: { source_sha256: source, target_sha256: target } },
  )
}

/** Everything of the source is in the target, or was left out for a reason that is told. */
async function requireContained({ from, to, now, actor, signal }: MoveOptions): Promise<void> {
  const dry: WriteOptions = { onConflict: 'skip', now, actor, dryRun: true }
  for await (const page of pagesOf(from, { selection: EVERYTHING, ...(signal && { signal }) })) {
    const missing = (await to.write(page.records, dry)).filter(({ result }) => result === 'new').length
    if (missing === 0) continue
    throw new AppError('conflict', 'Something of the source is not in the target: it was written meanwhile. Run the same command again.')
  }
}

function readMark(text: string | undefined): Mark | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as Mark) // only written above
}

function otherMove(source: string): AppError {
  return new AppError(
    'conflict',
    `The target holds an unfinished move from ${source}. Nothing was changed. Finish that one first, or empty the target.`,
  )
}
