import type { SeededRandom } from '../faults/seeded-random.ts'
import { signs } from './schema-texts.ts'

export type HeaderList = Readonly<Record<string, string | string[]>>

const CONTENT_TYPES = [
  'text/plain',
  'application/xml',
  'application/json; charset=utf-16',
  'application/json;;;',
  'application/jsonx',
  'application/vnd.api+json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/x-ndjson',
  'application/gzip',
  '*/*',
  'x',
  '',
]

/** A header or a few that no usual client sends. `apiUrl` is that of the server. */
export function oddHeaders(random: SeededRandom, apiUrl: string): HeaderList {
  const make: (() => HeaderList)[] = [
    () => ({
      'X-Agent-ID': random.pick([
        '',
        'owner',
        'system',
        'anonymous',
        'caf\u00e9',
        'a'.repeat(300),
        '../..',
        '__proto__',
        ' spaced out ',
        '%00',
      ]),
    }),
    () => ({ 'X-Agent-ID': ['fuzz-agent', 'fuzz-other'] }),
    () => ({ 'X-Agent-Namespace': random.pick(['', '*', 'all', 'n'.repeat(65), 'a b', '-', 'default,other']) }),
    () => ({ 'X-Agent-Namespace': ['default', 'default'] }),
    () => ({
      'X-Agent-Capabilities': random.pick([
        'no json',
        '[1]',
        '["a"]',
        '{"__proto__":{"a":1}}',
        'null',
        '"',
        `{"a":"${'v'.repeat(6_000)}"}`,
        '[[[[[[]]]]]]',
      ]),
    }),
    () => ({
      Authorization: random.pick([
        'Basic b3duZXI6',
        'Bearer',
        'Bearer ',
        'Bearer a b',
        `Bearer ${signs(random, 64)}`,
        `bearer ${'t'.repeat(4_000)}`,
        'Digest x',
        '\u00ff',
      ]),
    }),
    () => ({ Authorization: `Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJvd25lciJ9.` }),
    () => ({ Cookie: random.pick(['tmws_owner=', 'tmws_owner=x; tmws_owner=y', ';;;=;', `a=${'c'.repeat(5_000)}`, '__proto__=1']) }),
    () => ({
      Accept: random.pick([
        '',
        '*/*;q=0',
        'application/xml',
        'application/x-ndjson',
        ';;;',
        'text/event-stream',
        'image/*',
        'a'.repeat(3_000),
      ]),
    }),
    () => ({ 'Accept-Encoding': random.pick(['gzip', 'br;q=9', 'identity;q=0', '*;q=0']) }),
    () => ({ 'Content-Encoding': random.pick(['gzip', 'br', 'x-none']) }),
    () => ({ 'Content-Type': random.pick(CONTENT_TYPES) }),
    () => ({ 'Content-Type': ['application/json', 'text/plain'] }),
    () => ({ Origin: random.pick([apiUrl, 'http://evil.test', 'null', 'file://', '', 'http://127.0.0.1']) }),
    () => ({
      Host: random.pick(['evil.test', 'localhost', '127.0.0.1:1', '[::1]', 'a'.repeat(300), '127.0.0.1@evil.test', '..', '0x7f.1']),
    }),
    () => ({
      'Sec-Fetch-Site': random.pick(['cross-site', 'same-site', 'same-origin', 'none', 'odd']),
      'Sec-Fetch-Mode': random.pick(['navigate', 'no-cors', 'cors']),
    }),
    () => ({
      'X-Forwarded-For': random.pick(['1.2.3.4', 'unknown', ',,,,', '::1', '999.9.9.9', 'a'.repeat(2_000)]),
      Forwarded: 'for="_x";host=evil.test',
    }),
    () => ({ 'X-HTTP-Method-Override': 'DELETE', 'X-Original-URL': '/api/v1/export' }),
    () => ({ Range: random.pick(['bytes=0-0', 'bytes=-1', 'bytes=9-1', 'lines=1']), 'If-None-Match': '*', 'If-Modified-Since': 'never' }),
    () => ({ Expect: random.pick(['100-continue', 'nonsense']) }),
    () => ({ Connection: 'Upgrade', Upgrade: random.pick(['websocket', 'h2c', 'x']) }),
    () => ({
      traceparent: random.pick(['00-0-0-0', 'x'.repeat(400), '00-ffffffffffffffffffffffffffffffff-ffffffffffffffff-ff']),
      'X-Request-ID': '\u00e9',
    }),
    () => ({ 'MCP-Protocol-Version': '1999-01-01', 'Mcp-Session-Id': signs(random, 20) }),
    () => Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`X-Filler-${index}`, 'f'.repeat(random.pick([1, 1, 200]))])),
    () => ({ 'Content-Length': random.pick(['0', '99999999999', '1e3']) }),
  ]
  return random.pick(make)()
}

/** Names that the document does not list are not what it speaks of; HTTP's own rules hold for them. */
export const ODD_METHODS = ['PUT', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'PURGE', 'SEARCH', 'GET', 'POST', 'PATCH', 'DELETE']

/** A value as a segment of a path. */
export function segment(random: SeededRandom, value: string, isOdd: boolean): string {
  const usual = encodeURIComponent(value.toWellFormed())
  if (!isOdd) return usual
  return random.pick([
    () => [...Buffer.from(value)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
    () => encodeURIComponent(usual),
    () => `${usual}%00`,
    () => '%2e%2e%2f%2e%2e',
    () => '%C0%AF',
    () => '%ZZ',
    () => '%',
    () => '..',
    () => `${usual};v=1`,
    () => `${usual}%0d%0aSet-Cookie:%20a=b`,
    () => 'p'.repeat(random.pick([199, 201, 5_000])),
    () => '__proto__',
  ])()
}

/** The whole path in a shape that leads elsewhere, or nowhere. */
export function strangePath(random: SeededRandom, path: string): string {
  return random.pick([
    () => `/${path}`,
    () => `${path}/`,
    () => path.toUpperCase(),
    () => path.replaceAll('/', '//'),
    () => path.replace('/', '/./'),
    () => path.replaceAll('/', '%2F'),
    () => `http://evil.test${path}`,
    () => `${path}#part`,
    () => `${path}?${'q=1&'.repeat(2_000)}`,
    () => `/x/..${path}`,
    () => '*',
    () => '',
  ])()
}

/** More parameters than there are, or the same ones again. */
export function oddQuery(random: SeededRandom, pairs: readonly string[]): string[] {
  const [first = 'limit=1'] = pairs
  return random.pick([
    () => [...pairs, first],
    () => [...pairs, first.replace('=', '[]=')],
    () => [...pairs, 'unknown=1'],
    () => [...pairs, '__proto__=1', 'constructor[prototype]=x'],
    () => [...pairs, 'limit=%ZZ', '=', '&', '%'],
    () => [...pairs, 'token=abc'],
    () => [...pairs, 'toString=1', 'hasOwnProperty=2'],
    () => pairs.map((pair) => pair.replaceAll('=', '')),
    () => Array.from({ length: 300 }, (_, index) => `tags=t${index}`),
    () => [...pairs, `cursor=${signs(random, 40)}`],
    () => [...pairs, 'cursor=eyJhIjoxfQ', 'limit=0x10', 'limit= 1'],
  ])()
}
