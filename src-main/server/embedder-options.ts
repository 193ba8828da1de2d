import { join } from 'node:path'
import type { Log } from '../base/log.ts'
import type { ServerConfig } from '../config/config.ts'
import type { EmbeddingConfig, LocalModelConfig } from '../config/embedding-config.ts'
import { dataPaths } from '../config/paths.ts'
import type { Embedder } from '../embedding/embedder.ts'
import { openEmbedder } from '../embedding/open-embedder.ts'
import type { EmbedderOptions, LocalOptions } from '../embedding/open-embedder.ts'
import { INSTALLED } from './install-paths.ts'

/** How the model of a configuration is opened. `mayDownload`: false in a process that is to be ready at once and may go at any time. */
export function embedderOptions({ embedding }: Pick<ServerConfig, 'embedding'>, log: Log, mayDownload = true): EmbedderOptions {
  const child = log.child('embedding')
  if (embedding.provider === 'off' || embedding.provider === 'hash') return { provider: embedding.provider }
  if (embedding.provider !== 'local') return { ...embedding, provider: embedding.provider, log: child }
  const { model, prefixes, apiKey } = embedding
  return { ...localOptions(model, apiKey, mayDownload), ...(model.kind !== 'built-in' && { prefixes }), log: child }
}

function localOptions(model: LocalModelConfig, token: string | undefined, mayDownload: boolean): Omit<LocalOptions, 'log'> {
  if (model.kind === 'built-in') return { provider: 'local', modelFolder: INSTALLED.modelFolder }
  const { folder } = model
  const common = {
    provider: 'local' as const,
    modelFolder: folder,
    layout: 'hugging-face' as const,
    ...(model.file !== undefined && { file: model.file }),
  }
  if (model.kind === 'folder') return common
  const { kind: _, ...place } = model
  return { ...common, name: model.id, hub: { ...place, mayDownload, ...(token !== undefined && { token }) } }
}

/**
 * What the store keeps of a model's settings, to open it when others have taken their place: neither keys nor limits. The shipped
 * model's is also written by a migration of the store.
 */
export function recipeOf(embedding: EmbeddingConfig): string | undefined {
  if (embedding.provider === 'off') return undefined
  if (embedding.provider === 'hash') return JSON.stringify({ provider: 'hash' })
  if (embedding.provider === 'local') {
    const { model, prefixes } = embedding
    if (model.kind === 'built-in') return JSON.stringify({ provider: 'local', model })
    if (model.kind === 'folder') return JSON.stringify({ provider: 'local', model, prefixes })
    // The data folder may move.
    const { folder: _, ...place } = model
    return JSON.stringify({ provider: 'local', model: place, prefixes })
  }
  const { apiKey: _, timeoutMs: __, batchSize: ___, ...rest } = embedding
  return JSON.stringify(rest)
}

/** Opens a model that was in use before these settings; undefined for a recipe of some other version. A key goes only where it belongs. */
export function openFormer(recipe: string, config: ServerConfig, log: Log): Embedder | undefined {
  let former: EmbeddingConfig
  try {
    // `recipeOf` wrote it; what an older or newer one may have written otherwise fails below.
    former = JSON.parse(recipe) as EmbeddingConfig
    if (former.provider === 'local' && former.model.kind === 'hub') {
      const { id, revision } = former.model
      const folder = join(dataPaths(config.dataDir).modelFolder, ...id.split('/'), ...(revision === 'main' ? [] : [revision]))
      former = { ...former, model: { ...former.model, folder } }
    }
    return openEmbedder(embedderOptions({ embedding: withKey(former, config.embedding) }, log, false))
  } catch (error) {
    log.warn({ err: error }, 'the model that memories were embedded with before is of a kind that is not known here')
    return undefined
  }
}

function withKey(former: EmbeddingConfig, current: EmbeddingConfig): EmbeddingConfig {
  if (!('url' in former)) return former
  const limits = 'url' in current ? { timeoutMs: current.timeoutMs, batchSize: current.batchSize } : {}
  const isSameServer = 'url' in current && new URL(current.url).origin === new URL(former.url).origin
  return { ...former, ...limits, ...(isSameServer && current.apiKey !== undefined && { apiKey: current.apiKey }) }
}
