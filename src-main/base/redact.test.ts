import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AppError } from './errors.ts'
import { newSecret } from './ids.ts'
import { REDACTED, redactFacts, redactText } from './redact.ts'

const written = (facts: Record<string, unknown>): string => JSON.stringify(redactFacts(facts))

const secretWord = fc.constantFrom('').map(() => newSecret())
const shortSecret = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{9,20}$/).map((word) => `Zq${word}7`)
const secretName = fc.constantFrom(
  'token', 'Token', 'access_token', 'resumeToken', 'secret', 'secretKey', 'TMWS_SECRET_KEY', 'password', 'Authorization', 'cookie',
  'set-cookie', 'x-session-resume', 'api_key', 'apiKey', 'TMWS_EMBEDDING_API_KEY', 'credentials', 'private_key', 'db.password',
) // prettier-ignore
const contentName = fc.constantFrom(
  'content',
  'text',
  'texts',
  'summary',
  'query',
  'arguments',
  'args',
  'body',
  'payload',
  'before',
  'patch',
)
const plainName = fc.constantFrom('request', 'facts', 'nested', 'err', 'list', 'session', 'value')

/** A sentence of the kind that libraries write, with a secret in it. */
const sentence = fc.oneof(
  secretWord.map((secret) => ({ secret, text: `refused ${secret} at the door` })),
  shortSecret.map((secret) => ({ secret, text: `header Authorization: Bearer ${secret}` })),
  shortSecret.map((secret) => ({ secret, text: `sent Bearer ${secret}, and more` })),
  shortSecret.map((secret) => ({ secret, text: `connect postgresql://tmws:${secret}@db.example:5432/tmws failed` })),
  shortSecret.map((secret) => ({ secret, text: `connect redis://:p@${secret}/x@cache:6379` })),
  shortSecret.map((secret) => ({ secret, text: `Cookie: a=b; tmws_owner=${secret}; c=d` })),
  shortSecret.map((secret) => ({ secret, text: `GET /x?token=${secret}&y=1` })),
  shortSecret.map((secret) => ({ secret, text: `{"resume_token":"${secret}","ok":true}` })),
  shortSecret.map((secret) => ({ secret, text: `password='${secret}' was wrong` })),
  secretWord.map((secret) => ({ secret, text: `token tmws_${secret} expired` })),
  shortSecret.map((secret) => ({ secret, text: `jwt eyJhbGciOi.${secret}.${secret}` })),
  shortSecret.map((secret) => ({ secret, text: `x-session-resume=${secret}` })),
)

describe('redaction', () => {
  test('leaves no secret and no content in facts, however deep and under whatever name', () => {
    const wrap = (leaf: Record<string, unknown>, path: readonly string[]): Record<string, unknown> =>
      path.reduceRight<Record<string, unknown>>(
        (inner, name, index) => ({ [name]: index % 2 === 0 ? inner : [inner, new Map([['m', inner]])] }),
        leaf,
      )
    fc.assert(
      fc.property(fc.oneof(secretName, contentName), shortSecret, fc.array(plainName, { maxLength: 5 }), (name, secret, path) => {
        for (const value of [secret, [secret], { deep: secret }, new Error(secret), new URL(`https://x/${secret}`)]) {
          expect(written(wrap({ [name]: value }, path))).not.toContain(secret)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('leaves no secret in a text, nor in the message, the stack and the causes of an error', () => {
    fc.assert(
      fc.property(sentence, ({ secret, text }) => {
        expect(redactText(text)).not.toContain(secret)
        const cause = new Error(text)
        const error = new AppError('unavailable', `It failed: ${text}`, { cause, details: { place: text } })
        const nested = { err: error, list: [{ why: text }], errors: new AggregateError([cause], text), [text]: 1 }
        expect(written(nested)).not.toContain(secret)
        expect(written({ err: new Error('outer', { cause: `the text of a stack\n${text}` }) })).not.toContain(secret)
      }),
      { numRuns: 500 },
    )
  })

  test('leaves no secret of ours that happens to have no digit', () => {
    const secret = 'qtEpuVXzLlPMPtOWUyTcUOSfuRGezvTgkVHKmaBcDeF'
    expect(secret).toHaveLength(newSecret().length)
    expect(redactText(`refused ${secret} at the door`)).toBe(`refused ${REDACTED} at the door`)
    expect(redactText('at ModuleLoader.loadAndTranslateTheWholeModule (node:internal)')).toContain('loadAndTranslateTheWholeModule')
  })

  test('writes of an error what helps, and not what a driver hung on it', () => {
    const error = Object.assign(new TypeError('it broke'), { code: '23505', detail: 'Key (content)=(my diary)', parameters: ['my diary'] })
    const copy = redactFacts({ err: error })['err'] as Record<string, unknown>
    expect(copy).toMatchObject({ type: 'TypeError', message: 'it broke', code: '23505' })
    expect(copy['stack']).toContain('redact.test.ts')
    expect(JSON.stringify(copy)).not.toContain('diary')
  })

  test('writes nothing of a text that was no JSON', () => {
    for (const text of ['my diary of today', '{"content": "my diary', `${'x'.repeat(60)} my diary`]) {
      try {
        JSON.parse(text)
      } catch (error) {
        expect(written({ err: error })).not.toMatch(/diary/)
      }
    }
  })

  test('leaves what is useful as it is', () => {
    const facts = {
      operation: 'insert',
      duration_ms: 12.5,
      memory: '0190aaaa-bbbb-7ccc-8ddd-eeeeffff0000',
      url: 'http://127.0.0.1:8000/mcp',
      file: '/home/ann/.local/share/tmws/tmws.db',
      tokens: 7,
      isReady: true,
      nothing: null,
      list: ['a', 'b'],
      at: new Date(0),
    }
    expect(redactFacts(facts)).toEqual({ ...facts, at: '1970-01-01T00:00:00.000Z' })
    for (const text of [
      'This server needs a token: send the header Authorization.',
      'tmws_http_request_duration_seconds is a metric',
      'copied to /data/backups/tmws-2026-11-30T04-00-00-123Z-scheduled.db',
      'copied to /data/backups/tmws-2026-11-30T04-00-00-123Z-before-schema-12.jsonl.gz',
      'at Session.call (file:///app/out/main/session-manager-AbCd1234.js:1:2345)',
    ]) {
      expect(redactText(text)).toBe(text)
    }
    expect(redactText('postgresql://tmws:pw@db:5432/tmws')).toBe(`postgresql://${REDACTED}@db:5432/tmws`)
  })

  test('is bounded: depth, length, rings, and what cannot be read', () => {
    const ring: Record<string, unknown> = {}
    ring['self'] = ring
    const awkward = {
      get bad(): string {
        throw new Error('no')
      },
    }
    const line = written({ ring, awkward, long: 'ab '.repeat(100_000), many: Array.from({ length: 1_000 }, (_, index) => index), big: 1n })
    expect(line.length).toBeLessThan(10_000)
    expect(line).toContain('[unreadable]')
    expect(written({ bytes: new Uint8Array(9), call: () => 1 })).toBe('{"bytes":"[9 bytes]","call":"[function]"}')
  })
})
