import { dialog } from 'electron'
import type { BrowserWindow, FileFilter } from 'electron'
import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { copyFile, rename, rm, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { AppError } from '../base/errors.ts'
import { PRIVATE_FILE } from '../base/private-files.ts'
import type { Cancelled, ChosenFile, WrittenFile } from '../contract/ipc.ts'
import { TRANSFER_CONTENT_TYPE } from '../contract/transfer.ts'
import type { Backup, ExportQuery, ImportNotice, ImportQuery } from '../contract/transfer.ts'
import type { OwnServer } from './own-server.ts'
import type { Words } from './words.ts'

const CANCELLED: Cancelled = { outcome: 'cancelled' }

/**
 * Files in and out, chosen by the person in the system's dialogs. Paths stay in this process: the page gets a name to show, and for an import
 * a ticket that stands for that one file. It can name no file, and read none.
 */
export class FileMoves {
  readonly #server: OwnServer
  readonly #words: Words['files']
  #chosen: { readonly ticket: string; readonly file: string } | undefined

  constructor(server: OwnServer, words: Words['files']) {
    this.#server = server
    this.#words = words
  }

  async exportTo(window: BrowserWindow, choice: Partial<ExportQuery>): Promise<WrittenFile | Cancelled> {
    const extension = choice.gzip === true ? 'jsonl.gz' : 'jsonl'
    const day = new Date().toISOString().slice(0, 10)
    const filters = [{ name: this.#words.exports, extensions: [extension] }]
    const file = await this.#askWhere(window, this.#words.exportTitle, `tmws-${day}.${extension}`, filters)
    if (file === undefined) return CANCELLED
    const { body } = await this.#server.ask(`/export?${queryOf(choice)}`)
    if (!body) throw new AppError('internal', 'The server sent no export.')
    return writeWhole(file, (part) =>
      // The same streams under the types of two libraries.
      pipeline(Readable.fromWeb(body as ReadableStream<Uint8Array>), createWriteStream(part, { mode: PRIVATE_FILE })),
    )
  }

  async chooseImport(window: BrowserWindow): Promise<ChosenFile | Cancelled> {
    const { canceled, filePaths } = await dialog.showOpenDialog(window, {
      title: this.#words.importTitle,
      properties: ['openFile', 'dontAddToRecent'],
      filters: [{ name: this.#words.imports, extensions: ['jsonl', 'gz', 'json'] }],
    })
    const [file] = filePaths
    if (canceled || file === undefined) return CANCELLED
    const { size } = await stat(file)
    this.#chosen = { ticket: randomUUID(), file }
    return { outcome: 'chosen', ticket: this.#chosen.ticket, name: basename(file), bytes: size }
  }

  /** The summary of the server. Throws its sentence when it refuses the file. */
  async importChosen(ticket: string, choice: Partial<ImportQuery>): Promise<unknown> {
    const chosen = this.#chosen
    if (chosen?.ticket !== ticket) throw new AppError('not_found', 'That file is no longer chosen. Choose it again.')
    const response = await this.#server.ask(`/import?${queryOf(choice)}`, {
      method: 'POST',
      // Sent and answered as it is read: neither has a limit of time.
      headers: { 'content-type': 'application/octet-stream', accept: TRANSFER_CONTENT_TYPE },
      // As above.
      body: Readable.toWeb(createReadStream(chosen.file)) as unknown as ReadableStream<Uint8Array> as BodyInit,
      duplex: 'half',
    })
    const last = (await response.text()).trimEnd().split('\n').at(-1) ?? '{}'
    const notice = JSON.parse(last) as ImportNotice // our own server's
    if ('summary' in notice) return notice.summary
    throw new Error('error' in notice ? notice.error.message : 'The server ended the import without saying what came of it.')
  }

  /** `name` is looked up among the backups; no other file can be had by it. */
  async saveBackup(window: BrowserWindow, name: string): Promise<WrittenFile | Cancelled> {
    const { backups } = (await (await this.#server.ask('/backups')).json()) as { readonly backups: readonly Backup[] } // our own server's
    const backup = backups.find((one) => one.name === name)
    if (!backup) throw new AppError('not_found', `There is no backup ${name}.`)
    const filters = [{ name: this.#words.databases, extensions: [name.slice(name.indexOf('.') + 1)] }]
    const file = await this.#askWhere(window, this.#words.backupTitle, name, filters)
    return file === undefined ? CANCELLED : writeWhole(file, (part) => copyFile(backup.file, part))
  }

  async #askWhere(window: BrowserWindow, title: string, defaultPath: string, filters: FileFilter[]): Promise<string | undefined> {
    const { canceled, filePath } = await dialog.showSaveDialog(window, {
      title,
      defaultPath,
      filters,
      properties: ['showOverwriteConfirmation', 'createDirectory', 'dontAddToRecent'],
    })
    return canceled || filePath === '' ? undefined : filePath
  }
}

/** At once or not at all: what was there stays until all is written. */
async function writeWhole(file: string, write: (part: string) => Promise<void>): Promise<WrittenFile> {
  const part = `${file}.${process.pid}.part`
  try {
    await write(part)
    await rename(part, file)
  } finally {
    await rm(part, { force: true })
  }
  return { outcome: 'written', name: basename(file), bytes: (await stat(file)).size }
}

function queryOf(choice: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(choice).filter(([, value]) => value !== undefined)
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
}
