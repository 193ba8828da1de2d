import { createHmac } from 'node:crypto'
import { SignJWT, UnsecuredJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { JwtVerifier, noTokens } from './jwt-verifier.ts'

const SECRET = 'k8Jd02mPqx7ZtVw5Lr9Yh3Bn6Gf1Sa4Q'
const key = (secret: string) => new TextEncoder().encode(secret)
const verifier = new JwtVerifier(SECRET)

function sign(
  claims: Record<string, unknown>,
  { expires = '5m', alg = 'HS256', secret = SECRET }: { expires?: string | undefined; alg?: string; secret?: string } = {},
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg }).setExpirationTime(expires).sign(key(secret))
}

describe('a good token', () => {
  test.each([
    [{ sub: 'alice' }, { agentId: 'alice', namespace: 'default', isAdmin: false }],
    [
      { sub: 'alice', namespace: 'team-a', scope: 'read admin' },
      { agentId: 'alice', namespace: 'team-a', isAdmin: true },
    ],
    [
      { sub: 'alice', scope: 'administrator' },
      { agentId: 'alice', namespace: 'default', isAdmin: false },
    ],
    [
      { sub: 'alice', scope: ['admin'] },
      { agentId: 'alice', namespace: 'default', isAdmin: false },
    ],
    [
      { sub: 'alice', isAdmin: true },
      { agentId: 'alice', namespace: 'default', isAdmin: false },
    ],
  ])('with %j says who its bearer is', async (claims, expected) => {
    expect(await verifier.verify(await sign(claims))).toEqual(expected)
  })

  test('may have ended a moment ago, since clocks differ', async () => {
    expect(await verifier.verify(await sign({ sub: 'alice' }, { expires: '-10s' }))).toMatchObject({ agentId: 'alice' })
  })
})

describe('a bad token', () => {
  const payload = Buffer.from(JSON.stringify({ sub: 'alice', exp: 9_999_999_999 })).toString('base64url')
  const forged = (header: string) => {
    const head = Buffer.from(header).toString('base64url')
    return `${head}.${payload}.${createHmac('sha256', SECRET).update(`${head}.${payload}`).digest('base64url')}`
  }

  test.each<[string, () => Promise<string> | string, string]>([
    ['that has expired', () => sign({ sub: 'alice' }, { expires: '-5m' }), 'The token has expired.'],
    [
      'signed with another secret',
      () => sign({ sub: 'alice' }, { secret: 'another-secret-of-thirty-two-chars' }),
      'The token is not valid.',
    ],
    ['signed by another algorithm', () => sign({ sub: 'alice' }, { alg: 'HS384' }), 'The token is not valid.'],
    ['without a signature', () => new UnsecuredJWT({ sub: 'alice' }).setExpirationTime('5m').encode(), 'The token is not valid.'],
    ['whose header says "none"', () => forged('{"alg":"none"}'), 'The token is not valid.'],
    ['whose header says "HS256 " with a blank', () => forged('{"alg":"HS256 "}'), 'The token is not valid.'],
    [
      'that never ends',
      () => new SignJWT({ sub: 'alice' }).setProtectedHeader({ alg: 'HS256' }).sign(key(SECRET)),
      'The token is not valid.',
    ],
    ['without a subject', () => sign({}), 'The token is not valid.'],
    ['with a changed payload', async () => (await sign({ sub: 'alice' })).replace(/\.[^.]+\./, `.${payload}.`), 'The token is not valid.'],
    ['that is text', () => 'nonsense', 'The token is not valid.'],
    ['that is empty', () => '', 'The token is not valid.'],
    ['for the person', () => sign({ sub: 'owner' }), 'The token names no agent that could exist.'],
    ['for the server itself', () => sign({ sub: 'system' }), 'The token names no agent that could exist.'],
    ['for no possible name', () => sign({ sub: 'a b' }), 'The token names no agent that could exist.'],
    ['for no possible namespace', () => sign({ sub: 'alice', namespace: 5 }), 'The token names no agent that could exist.'],
  ])('%s is refused', async (_what, make, sentence) => {
    await expect(verifier.verify(await make())).rejects.toMatchObject({ code: 'unauthenticated', message: sentence })
  })
})

test('a server without tokens takes none', async () => {
  await expect(noTokens.verify(await sign({ sub: 'alice' }))).rejects.toMatchObject({ code: 'unauthenticated' })
})
