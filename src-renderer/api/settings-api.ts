import { API_PREFIX } from '../../src-main/contract/protocol.ts'
import type { SettingsChange, SettingsReport } from '../../src-main/contract/settings.ts'
import type { IssuedToken, Token } from '../../src-main/contract/token.ts'
import type { ToolInput, ToolOutput } from '../../src-main/contract/tools.ts'
import type {
  Backup,
  ExportQuery,
  ImportNotice,
  ImportQuery,
  ImportSummary,
  RestoreQuery,
  RestoreSummary,
} from '../../src-main/contract/transfer.ts'
import type { Stats } from './types.ts'
import { segment, toQuery, type Requester } from './request.ts'
import { serverErrorFrom, ServerError } from './server-error.ts'

export type { SettingInfo, SettingSection, SettingsReport, SettingValue } from '../../src-main/contract/settings.ts'
export type { IssuedToken, Token, TokenScope } from '../../src-main/contract/token.ts'
export type { Backup, ExportQuery, ImportSummary, RestoreSummary } from '../../src-main/contract/transfer.ts'

export type SettingChanges = SettingsChange['changes']
export type TokenInput = ToolInput<'create_token'>
export type TokenPage = ToolOutput<'list_tokens'>
export type ImportChoice = Partial<Pick<ImportQuery, 'dry_run' | 'on_conflict' | 'accept_damage'>>
export type ImportProgress = Extract<ImportNotice, { progress: unknown }>['progress']

/** What the person decides of the server: its settings, tokens and copies. Errors as those of `Requester`. */
export class SettingsApi {
  readonly #requester: Requester

  constructor(requester: Requester) {
    this.#requester = requester
  }

  settings(signal?: AbortSignal): Promise<SettingsReport> {
    return this.#requester.get('/settings', {}, signal)
  }

  stats(signal?: AbortSignal): Promise<Stats> {
    return this.#requester.get('/stats', {}, signal)
  }

  /** All of it or nothing. `invalid_request` names the field in `details.field`; `conflict`: the file is another one by now. */
  change(changes: SettingChanges, expected: string): Promise<SettingsReport> {
    return this.#requester.send('PATCH', '/settings', { changes, expected })
  }

  tokens(cursor?: string, signal?: AbortSignal): Promise<TokenPage> {
    return this.#requester.get('/tokens', { limit: 100, cursor }, signal)
  }

  createToken(input: TokenInput): Promise<IssuedToken> {
    return this.#requester.send('POST', '/tokens', input)
  }

  rotateToken(id: string, graceSeconds: number): Promise<IssuedToken> {
    return this.#requester.send('POST', `/tokens/${segment(id)}/rotate`, { grace_seconds: graceSeconds })
  }

  async revokeToken(id: string): Promise<Token> {
    return (await this.#requester.send<{ token: Token }>('DELETE', `/tokens/${segment(id)}`)).token
  }

  async backups(signal?: AbortSignal): Promise<readonly Backup[]> {
    return (await this.#requester.get<{ backups: readonly Backup[] }>('/backups', {}, signal)).backups
  }

  async makeBackup(): Promise<Backup> {
    return (await this.#requester.send<{ backup: Backup }>('POST', '/backups')).backup
  }

  exportUrl(query: Partial<ExportQuery>): string {
    return `${API_PREFIX}/export?${toQuery(query)}`
  }

  /** Sends a file of an export; tells how far it is while the server works. */
  async importFile(file: Blob, choice: ImportChoice, onProgress: (progress: ImportProgress) => void): Promise<ImportSummary> {
    const isPacked = new Uint8Array(await file.slice(0, 2).arrayBuffer())[0] === GZIP_FIRST_BYTE
    const headers = { accept: TRANSFER_CONTENT_TYPE, 'content-type': isPacked ? 'application/gzip' : TRANSFER_CONTENT_TYPE }
    return follow<ImportSummary>(await this.#requester.upload(`/import?${toQuery(choice)}`, file, headers), onProgress)
  }

  /** Brings back what a backup holds, or looks what that would do. Goes on at the server whether or not somebody waits for it. */
  async restoreBackup(name: string, choice: RestoreQuery, onProgress: (progress: ImportProgress) => void): Promise<RestoreSummary> {
    const path = `/backups/${segment(name)}/restore?${toQuery(choice)}`
    return follow<RestoreSummary>(await this.#requester.upload(path, new Blob(), { accept: TRANSFER_CONTENT_TYPE }), onProgress)
  }
}

/** As contract/transfer.ts has it, which is not loaded here for one word: it brings the schema library. */
const TRANSFER_CONTENT_TYPE = 'application/x-ndjson'
const GZIP_FIRST_BYTE = 0x1f

type Notice<S> = Exclude<ImportNotice, { summary: unknown }> | { readonly summary: S }

/** Reads an answer that tells its progress, to the summary at its end. */
async function follow<S>(response: Response, onProgress: (progress: ImportProgress) => void): Promise<S> {
  if (!response.ok || !response.body) throw serverErrorFrom(response.status, await response.json().catch(() => undefined))
  for await (const notice of noticesOf<S>(response.body)) {
    if ('progress' in notice) onProgress(notice.progress)
    else if ('summary' in notice) return notice.summary
    else throw serverErrorFrom(response.status, { error: notice.error })
  }
  throw new ServerError('internal', 'The answer of the server ended early.')
}

async function* noticesOf<S>(body: ReadableStream<Uint8Array>): AsyncGenerator<Notice<S>> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const lines = (rest + decoder.decode(part.value, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') yield JSON.parse(line) as Notice<S> // by the contract
  }
}
