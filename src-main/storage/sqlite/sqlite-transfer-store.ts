import type {
  TransferKind,
  TransferPage,
  TransferRecord,
  TransferSelection,
  TransferStore,
  WriteOptions,
  WriteOutcome,
} from '../transfer-store.ts'
import type { SqliteCall } from './sqlite-call.ts'

/** Records of the same file, on the same thread as the memories. Closing the memory store closes both. */
export class SqliteTransferStore implements TransferStore {
  readonly #call: SqliteCall

  constructor(call: SqliteCall) {
    this.#call = call
  }

  read(kind: TransferKind, selection: TransferSelection, cursor?: string): Promise<TransferPage> {
    return this.#call('readTransfer', kind, selection, cursor)
  }

  count(selection: TransferSelection): Promise<Readonly<Record<TransferKind, number>>> {
    return this.#call('countTransfer', selection)
  }

  write(records: readonly TransferRecord[], options: WriteOptions): Promise<WriteOutcome[]> {
    return this.#call('writeTransfer', records, options)
  }

  getMark(): Promise<string | undefined> {
    return this.#call('getTransferMark')
  }

  setMark(mark: string | undefined): Promise<void> {
    return this.#call('setTransferMark', mark)
  }
}
