import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { AppError, messageOf } from '../../base/errors.ts'
import { isErrorCode } from '../../contract/errors.ts'
import type { ErrorBody } from '../../contract/errors.ts'
import { API_PREFIX } from '../../contract/protocol.ts'
import { TRANSFER_CONTENT_TYPE } from '../../contract/transfer.ts'
import type { Backup, ExportQuery, ImportNotice, ImportQuery, ImportSummary } from '../../contract/transfer.ts'

/** A running server's REST, asked as the person at the machine. Refusals come as AppError with the server's own sentence. */
export class MovingClient {
  readonly #apiUrl: string
  readonly #token: string

  constructor(apiUrl: string, token: string) {
    this.#apiUrl = apiUrl
    this.#token = token
  }

  async export(query: ExportQuery): Promise<{ readonly total: number; readonly content: AsyncIterable<Uint8Array> }> {
    const response = await this.#ask('GET', `/export?${searchOf(query)}`)
    if (!response.body) throw new AppError('unavailable', 'The server answered without a file.')
    return { total: Number(response.headers.get('x-total-records') ?? 0), content: response.body }
  }

  async import(file: string, query: ImportQuery, onProgress: (notice: ImportNotice) => void): Promise<ImportSummary> {
    const body = Readable.toWeb(createReadStream(file))
    const response = await this.#ask('POST', `/import?${searchOf(query)}`, { body, headers: { accept: TRANSFER_CONTENT_TYPE } })
    for await (const line of textLines(response.body ?? new ReadableStream<Uint8Array>())) {
      const notice = JSON.parse(line) as ImportNotice // as the server's route writes it
      if ('summary' in notice) return notice.summary
      if ('error' in notice) throw toAppError(notice.error)
      onProgress(notice)
    }
    throw new AppError(
      'unavailable',
      'The server ended before the import did. What is in so far stays; run the same import again for the rest.',
    )
  }

  async backups(): Promise<Backup[]> {
    const { backups } = (await (await this.#ask('GET', '/backups')).json()) as { backups: Backup[] } // the contract of the path
    return backups
  }

  async makeBackup(): Promise<Backup> {
    const { backup } = (await (await this.#ask('POST', '/backups')).json()) as { backup: Backup } // the contract of the path
    return backup
  }

  async #ask(method: 'GET' | 'POST', path: string, more: { body?: unknown; headers?: Record<string, string> } = {}): Promise<Response> {
    const init = {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(more.body !== undefined && { 'content-type': TRANSFER_CONTENT_TYPE }),
        ...more.headers,
      },
      ...(more.body !== undefined && { body: more.body, duplex: 'half' }),
    } as RequestInit // `duplex` is not in the type of the DOM
    const response = await fetch(`${this.#apiUrl}${API_PREFIX}${path}`, init).catch((error: unknown) => {
      throw new AppError('unavailable', `The server at ${this.#apiUrl} does not answer (${messageOf(error)}).`, { cause: error })
    })
    if (response.ok) return response
    const { error } = (await response.json()) as { error: ErrorBody } // the contract of every refusal
    throw toAppError(error)
  }
}

function toAppError({ code, message, details }: { code: string; message: string; details?: Readonly<Record<string, unknown>> }): AppError {
  return new AppError(isErrorCode(code) ? code : 'internal', message, details ? { details } : {})
}

function searchOf(query: object): string {
  const entries = Object.entries(query).filter(([, value]) => value !== undefined)
  return new URLSearchParams(entries.map(([name, value]) => [name, String(value)])).toString()
}

async function* textLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of source) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}
