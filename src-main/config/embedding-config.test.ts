import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folder, freshFolderForEach, load, refusal } from './testing/load-settings.ts'

freshFolderForEach()

describe('the embedding model', () => {
  const key = 'sk-secret-of-mine'
  const openai = { TMWS_EMBEDDING_PROVIDER: 'openai', TMWS_EMBEDDING_URL: 'https://api.openai.com/v1/', TMWS_EMBEDDING_MODEL: 'big' }

  test('is a folder, or an id of the hub, by the way it is written', () => {
    const model = (value: string) => {
      const { embedding } = load({ TMWS_EMBEDDING_MODEL: value })
      return embedding.provider === 'local' ? embedding.model : undefined
    }
    expect(model('/models/mine')).toEqual({ kind: 'folder', folder: '/models/mine' })
    expect(model('./models/mine')).toMatchObject({ kind: 'folder' })
    const hubUrl = 'https://huggingface.co'
    const place = join(folder, 'models', 'intfloat', 'multilingual-e5-small')
    const id = 'intfloat/multilingual-e5-small'
    expect(model(id)).toEqual({ kind: 'hub', id, revision: 'main', hubUrl, folder: place })
    expect(model(`${id}@abc123`)).toEqual({ kind: 'hub', id, revision: 'abc123', hubUrl, folder: join(place, 'abc123') })
    expect(model('../up')).toMatchObject({ kind: 'folder' })
  })

  test('of a server has its address, key and limits', () => {
    const config = load({
      ...openai,
      TMWS_EMBEDDING_API_KEY: key,
      TMWS_EMBEDDING_QUERY_PREFIX: '"ask: "',
      TMWS_EMBEDDING_TEXT_PREFIX: '""',
    })
    expect(config.embedding).toEqual({
      provider: 'openai',
      url: 'https://api.openai.com/v1',
      model: 'big',
      apiKey: key,
      prefixes: { query: 'ask: ', text: '' },
      timeoutMs: 30_000,
      batchSize: 64,
    })
    expect(load({ TMWS_EMBEDDING_PROVIDER: 'ollama', TMWS_EMBEDDING_MODEL: 'm' }).embedding).toMatchObject({
      url: 'http://127.0.0.1:11434',
    })
  })

  test.each<[string, Record<string, string>, RegExp]>([
    [
      'no address',
      { TMWS_EMBEDDING_URL: '' },
      /^TMWS_EMBEDDING_URL is not set, but TMWS_EMBEDDING_PROVIDER is openai and needs the address/,
    ],
    ['no model', { TMWS_EMBEDDING_MODEL: '' }, /^TMWS_EMBEDDING_MODEL is not set, .* needs the name of a model/],
    [
      'no key where one is needed',
      { TMWS_EMBEDDING_API_KEY: '' },
      /^TMWS_EMBEDDING_API_KEY is not set, .* needs a key for api\.openai\.com\.$/,
    ],
    [
      'a key in its address',
      { TMWS_EMBEDDING_URL: `https://me:${key}@h.example/v1` },
      /put the key into TMWS_EMBEDDING_API_KEY instead\.$/,
    ],
    ['a query in its address', { TMWS_EMBEDDING_URL: `https://h.example/v1?key=${key}` }, /behind "\?" or "#"/],
    [
      'an address of another kind',
      { TMWS_EMBEDDING_URL: `ftp://me:${key}@h.example` },
      /^TMWS_EMBEDDING_URL is .* must be an address that begins/,
    ],
    ['a key over two lines', { TMWS_EMBEDDING_API_KEY: `${key}\n${key}` }, /^TMWS_EMBEDDING_API_KEY is a value, but must be letters/],
    ['dimensions of nothing', { TMWS_EMBEDDING_DIMENSIONS: '0' }, /^TMWS_EMBEDDING_DIMENSIONS is "0"/],
  ])('of a server with %s stops the start, and no key is shown', (_what, settings, sentence) => {
    const given = { ...openai, TMWS_EMBEDDING_API_KEY: key, ...settings }
    const said = refusal(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== '')))
    expect(said).toMatch(sentence)
    expect(said).not.toContain(key)
  })

  test('warns of what it has no use for, and of what can be read on the way', () => {
    expect(load({ TMWS_EMBEDDING_URL: 'http://x.example', TMWS_EMBEDDING_PROVIDER: 'local' }).warnings).toEqual([
      'TMWS_EMBEDDING_URL is set, but TMWS_EMBEDDING_PROVIDER is local, which has no use for it without TMWS_EMBEDDING_MODEL.',
    ])
    expect(load({ ...openai, TMWS_EMBEDDING_URL: 'http://10.0.0.9/v1', TMWS_EMBEDDING_API_KEY: key }).warnings).toEqual([
      'TMWS_EMBEDDING_URL is plain http to another machine: memories and the key can be read on the way.',
    ])
    expect(load({ ...openai, TMWS_EMBEDDING_URL: 'http://127.0.0.1:1/v1' }).warnings).toEqual([])
  })
})
