import { join, resolve } from 'node:path'
import { AppError } from '../base/errors.ts'
import { dataPaths } from './paths.ts'
import { isLoopback } from './secrets.ts'
import type { SettingName, SettingValues } from './settings-table.ts'

/** Where vectors come from. Prefixes that are absent are those the model is known to need. */
export type EmbeddingConfig =
  | { readonly provider: 'off' }
  | { readonly provider: 'hash' }
  | {
      readonly provider: 'local'
      readonly model: LocalModelConfig
      readonly prefixes: PrefixConfig
      /** Of the model hub. */
      readonly apiKey?: string
    }
  | {
      readonly provider: 'openai' | 'ollama'
      /** Absolute, without a slash at its end. */
      readonly url: string
      readonly model: string
      readonly apiKey?: string
      readonly dimensions?: number
      readonly prefixes: PrefixConfig
      readonly timeoutMs: number
      readonly batchSize: number
    }

export interface PrefixConfig {
  readonly query?: string
  readonly text?: string
}

export type LocalModelConfig =
  | { readonly kind: 'built-in' }
  /** `file`: the graph within the folder, when it is not the usual one. */
  | { readonly kind: 'folder'; readonly folder: string; readonly file?: string }
  /** Downloaded from `hubUrl` into `folder` if it is not there. */
  | {
      readonly kind: 'hub'
      readonly id: string
      readonly revision: string
      readonly hubUrl: string
      readonly folder: string
      readonly file?: string
    }

const OLLAMA_URL = 'http://127.0.0.1:11434'
const HUB_ID = /^[A-Za-z0-9][\w.-]*\/[\w.-]+(@[\w.-]+)?$/

/** The part of the configuration that chooses the model, with sentences about settings that it has no use for. Throws `invalid_request`. */
export function embeddingOf(
  values: SettingValues,
  dataDir: string,
): { readonly embedding: EmbeddingConfig; readonly warnings: readonly string[] } {
  const provider = values.embedding_provider
  const used = provider === 'local' && values.embedding_model === undefined ? [] : USED[provider]
  const warnings = ALL.filter((name) => values[name] !== undefined && !used.includes(name)).map(
    (name) =>
      `TMWS_${name.toUpperCase()} is set, but TMWS_EMBEDDING_PROVIDER is ${provider}, which has no use for it${provider === 'local' && used.length === 0 ? ' without TMWS_EMBEDDING_MODEL' : ''}.`,
  )
  if (provider === 'off' || provider === 'hash') return { embedding: { provider }, warnings }
  const apiKey = values.embedding_api_key
  const prefixes: PrefixConfig = {
    ...(values.embedding_query_prefix !== undefined && { query: values.embedding_query_prefix }),
    ...(values.embedding_text_prefix !== undefined && { text: values.embedding_text_prefix }),
  }
  if (provider === 'local') {
    const model = localModelOf(values, dataDir)
    if (model.kind === 'built-in') return { embedding: { provider, model, prefixes: {} }, warnings }
    return { embedding: { provider, model, prefixes, ...(apiKey !== undefined && { apiKey }) }, warnings }
  }
  const url = serverUrlOf(provider, values)
  if (values.embedding_model === undefined)
    throw refusal(
      'TMWS_EMBEDDING_MODEL',
      provider,
      `the name of a model, for example ${provider === 'ollama' ? 'nomic-embed-text' : 'text-embedding-3-small'}`,
    )
  if (apiKey === undefined && url.hostname === 'api.openai.com')
    throw refusal('TMWS_EMBEDDING_API_KEY', provider, 'a key for api.openai.com')
  const isReadable = url.protocol === 'http:' && !isLoopback(url.hostname.replace(/^\[|\]$/g, ''))
  return {
    embedding: {
      provider,
      url: url.href.replace(/\/+$/, ''),
      model: values.embedding_model,
      ...(apiKey !== undefined && { apiKey }),
      ...(values.embedding_dimensions !== undefined && { dimensions: values.embedding_dimensions }),
      prefixes,
      timeoutMs: values.embedding_timeout * 1000,
      batchSize: values.embedding_batch_size,
    },
    warnings: isReadable
      ? [
          ...warnings,
          `TMWS_EMBEDDING_URL is plain http to another machine: memories${apiKey === undefined ? '' : ' and the key'} can be read on the way.`,
        ]
      : warnings,
  }
}

type EmbeddingName = Extract<SettingName, `embedding_${string}`>
/** Those without a default: a default was not asked for, so nothing is said about it. */
const ALL: readonly EmbeddingName[] = [
  'embedding_model',
  'embedding_model_file',
  'embedding_url',
  'embedding_api_key',
  'embedding_dimensions',
  'embedding_query_prefix',
  'embedding_text_prefix',
]
const OF_SERVERS: readonly EmbeddingName[] = ALL.filter((name) => name !== 'embedding_model_file')
const USED: Readonly<Record<SettingValues['embedding_provider'], readonly EmbeddingName[]>> = {
  off: [],
  hash: [],
  local: ALL.filter((name) => name !== 'embedding_url' && name !== 'embedding_dimensions'),
  openai: OF_SERVERS,
  ollama: OF_SERVERS,
}

function localModelOf(values: SettingValues, dataDir: string): LocalModelConfig {
  const { embedding_model: model, embedding_model_file: file } = values
  const more = file === undefined ? {} : { file }
  if (model === undefined) return { kind: 'built-in' }
  if (!HUB_ID.test(model)) return { kind: 'folder', folder: resolve(model), ...more }
  const [id = '', revision = 'main'] = model.split('@')
  const folder = join(dataPaths(dataDir).modelFolder, ...id.split('/'), ...(revision === 'main' ? [] : [revision]))
  return { kind: 'hub', id, revision, hubUrl: values.embedding_hub_url.replace(/\/+$/, ''), folder, ...more }
}

function serverUrlOf(provider: 'openai' | 'ollama', { embedding_url: given }: SettingValues): URL {
  if (given === undefined && provider === 'openai')
    throw refusal('TMWS_EMBEDDING_URL', provider, 'the address of a server, for example https://api.openai.com/v1')
  const url = URL.parse(given ?? OLLAMA_URL)
  if (!url) throw new AppError('invalid_request', 'TMWS_EMBEDDING_URL is no address that can be read; it must be like https://host/v1.')
  if (url.username !== '' || url.password !== '')
    throw new AppError('invalid_request', 'TMWS_EMBEDDING_URL holds a user or a password; put the key into TMWS_EMBEDDING_API_KEY instead.')
  if (url.search !== '' || url.hash !== '')
    throw new AppError('invalid_request', 'TMWS_EMBEDDING_URL has something behind "?" or "#"; it must be an address alone.')
  return url
}

function refusal(variable: string, provider: string, needed: string): AppError {
  return new AppError('invalid_request', `${variable} is not set, but TMWS_EMBEDDING_PROVIDER is ${provider} and needs ${needed}.`)
}
