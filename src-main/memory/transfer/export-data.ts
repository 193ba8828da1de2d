import { createHash } from 'node:crypto'
import { toIso } from '../../base/clock.ts'
import { TRANSFER_FORMAT, TRANSFER_FORMAT_VERSION } from '../../contract/transfer.ts'
import type { TransferFooter, TransferHeader } from '../../contract/transfer.ts'
import { TRANSFER_KINDS } from '../../storage/transfer-store.ts'
import type { TransferPage, TransferSelection, TransferStore } from '../../storage/transfer-store.ts'
import { lineOf } from './record-line.ts'

export interface ExportOptions {
  readonly selection: TransferSelection
  /** Program and version, for the header. */
  readonly madeBy: string
  /** Epoch milliseconds; absent: the header has no date, and the same content is the same file. */
  readonly nowMs?: number
  readonly onProgress?: (progress: TransferProgress) => void
  readonly signal?: AbortSignal
}

/** Records so far, and in all, as far as they were counted: what hangs on memories is not. */
export interface TransferProgress {
  readonly records: number
  readonly total: number
}

/** An export, page by page: nothing more than a page is held, so a slow reader slows the reading of the store. */
export async function* exportData(store: TransferStore, options: ExportOptions): AsyncGenerator<string> {
  const header = `${JSON.stringify(headerOf(options))}\n`
  const whole = createHash('sha256').update(header)
  const body = createHash('sha256')
  const counts: Record<string, number> = {}
  yield header
  for await (const page of pagesOf(store, options)) {
    let text = ''
    for (const record of page.records) {
      text += `${lineOf(record)}\n`
      counts[record.kind] = (counts[record.kind] ?? 0) + 1
    }
    whole.update(text)
    body.update(text)
    if (text !== '') yield text
  }
  const footer: TransferFooter = { kind: 'end', counts, body_sha256: body.digest('hex'), sha256: whole.digest('hex') }
  yield `${JSON.stringify(footer)}\n`
}

/** What tells whether two stores hold the same: the `body_sha256` of their exports. */
export async function digestOf(store: TransferStore, options: Omit<ExportOptions, 'madeBy' | 'nowMs'>): Promise<string> {
  const body = createHash('sha256')
  for await (const page of pagesOf(store, options)) for (const record of page.records) body.update(`${lineOf(record)}\n`)
  return body.digest('hex')
}

/** Every page of what is selected, kind by kind. */
export async function* pagesOf(
  store: TransferStore,
  { selection, onProgress, signal }: Pick<ExportOptions, 'selection' | 'onProgress' | 'signal'>,
): AsyncGenerator<TransferPage> {
  const counts = await store.count(selection)
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  let records = 0
  for (const kind of TRANSFER_KINDS) {
    let cursor: string | undefined
    do {
      signal?.throwIfAborted()
      const page: TransferPage = await store.read(kind, selection, cursor)
      records += page.records.filter((record) => record.kind === kind).length
      yield page
      onProgress?.({ records, total: Math.max(total, records) })
      cursor = page.nextCursor
    } while (cursor !== undefined)
  }
}

function headerOf({ selection, madeBy, nowMs }: ExportOptions): TransferHeader {
  const { namespace, agentId, trash, history, vectors } = selection
  return {
    format: TRANSFER_FORMAT,
    format_version: TRANSFER_FORMAT_VERSION,
    made_by: madeBy,
    ...(nowMs !== undefined && { exported_at: toIso(nowMs) }),
    selection: {
      ...(namespace !== undefined && { namespace }),
      ...(agentId !== undefined && { agent_id: agentId }),
      trash,
      history,
      vectors,
    },
  }
}
