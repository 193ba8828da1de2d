import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import type { CryptoKey, JWK, JWTPayload } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { JwtVerifier } from './jwt-verifier.ts'
import { noTokens } from './token-verifier.ts'

const SECRET = 'k8Jd02mPqx7ZtVw5Lr9Yh3Bn6Gf1Sa4Q'
const key = (secret: string) => new TextEncoder().encode(secret)
const verifier = new JwtVerifier({ secretKey: SECRET, clockSkewSeconds: 30 })

function sign(
  claims: Record<string, unknown>,
  { expires = '5m', alg = 'HS256', secret = SECRET }: { expires?: string | undefined; alg?: string; secret?: string } = {},
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg }).setExpirationTime(expires).sign(key(secret))
}

describe('a good token', () => {
  test.each([
    [{ sub: 'alice' }, { agentId: 'alice', namespaces: ['default'], scope: 'write' }],
    [
      { sub: 'alice', namespace: 'team-a', scope: 'read admin' },
      { agentId: 'alice', namespaces: ['team-a'], scope: 'admin' },
    ],
    [
      { sub: 'alice', namespaces: ['team-a', 'team-b'], scope: 'openid tmws:read' },
      { agentId: 'alice', namespaces: ['team-a', 'team-b'], scope: 'read' },
    ],
    [
      { sub: 'alice', scp: ['write', 'read'] },
      { agentId: 'alice', namespaces: ['default'], scope: 'write' },
    ],
    [
      { sub: 'alice', isAdmin: true },
      { agentId: 'alice', namespaces: ['default'], scope: 'write' },
    ],
  ])('with %j says who its bearer is', async (claims, expected) => {
    expect(await verifier.verify(await sign(claims))).toEqual({ ...expected, expiresAtMs: expect.any(Number) as number })
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

test.each(['openid', 'administrator', '', ['all'], 5])('a scope that names nothing of ours allows nothing: %j', async (scope) => {
  await expect(verifier.verify(await sign({ sub: 'alice', scope }))).rejects.toMatchObject({ code: 'forbidden' })
})

test('a server without tokens takes none', async () => {
  await expect(noTokens.verify(await sign({ sub: 'alice' }))).rejects.toMatchObject({ code: 'unauthenticated' })
})

describe('an issuer', () => {
  const ISSUER = 'https://issuer.example'
  const AUDIENCE = 'https://memory.example/mcp'
  let keys: Server
  let answers: () => { status: number; body: string }
  const published: JWK[] = []
  const privateKeys = new Map<string, CryptoKey>()

  beforeAll(async () => {
    for (const alg of ['RS256', 'ES256', 'EdDSA']) {
      const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
      privateKeys.set(alg, privateKey)
      published.push({ ...(await exportJWK(publicKey)), kid: alg, alg, use: 'sig' })
    }
    answers = () => ({ status: 200, body: JSON.stringify({ keys: published }) })
    keys = createServer((_request, response) => {
      const { status, body } = answers()
      response.writeHead(status, { 'content-type': 'application/json' }).end(body)
    })
    await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => new Promise((resolve) => keys.close(resolve)))

  const verifierOf = () =>
    new JwtVerifier({
      secretKey: SECRET,
      clockSkewSeconds: 30,
      issuer: { jwksUrl: `http://127.0.0.1:${(keys.address() as AddressInfo).port}/jwks`, issuer: ISSUER, audiences: [AUDIENCE] },
    })
  const signed = (alg: string, claims: JWTPayload = {}, by = alg) =>
    new SignJWT({ sub: 'alice', iss: ISSUER, aud: AUDIENCE, scope: 'read', ...claims })
      .setProtectedHeader({ alg, kid: by })
      .setExpirationTime('5m')
      .sign(privateKeys.get(by)!)

  test.each(['RS256', 'ES256', 'EdDSA'])('is believed by its key: %s', async (alg) => {
    expect(await verifierOf().verify(await signed(alg))).toMatchObject({ agentId: 'alice', scope: 'read' })
  })

  test('beside the tokens of our own secret', async () => {
    expect(await verifierOf().verify(await sign({ sub: 'bob' }))).toMatchObject({ agentId: 'bob', scope: 'write' })
  })

  test.each<[string, () => Promise<string>]>([
    ['of another issuer', () => signed('RS256', { iss: 'https://evil.example' })],
    ['for another audience', () => signed('RS256', { aud: 'https://other.example' })],
    ['for no audience', () => signed('ES256', { aud: [] })],
    [
      'that has a key that nobody published',
      async () => {
        const { privateKey } = await generateKeyPair('RS256')
        return new SignJWT({ sub: 'alice', iss: ISSUER, aud: AUDIENCE })
          .setProtectedHeader({ alg: 'RS256', kid: 'x' })
          .setExpirationTime('5m')
          .sign(privateKey)
      },
    ],
    [
      'whose public key was taken for a shared secret',
      async () =>
        new SignJWT({ sub: 'alice', iss: ISSUER, aud: AUDIENCE })
          .setProtectedHeader({ alg: 'HS256', kid: 'RS256' })
          .setExpirationTime('5m')
          .sign(key(JSON.stringify(published[0]))),
    ],
    [
      'signed by an algorithm we do not take',
      async () => {
        const { privateKey } = await generateKeyPair('RS512')
        return new SignJWT({ sub: 'alice', iss: ISSUER, aud: AUDIENCE })
          .setProtectedHeader({ alg: 'RS512', kid: 'RS256' })
          .setExpirationTime('5m')
          .sign(privateKey)
      },
    ],
  ])('is not believed for a token %s', async (_what, make) => {
    await expect(verifierOf().verify(await make())).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  test('that cannot be asked is an outage, not a bad token', async () => {
    answers = () => ({ status: 503, body: 'no' })
    await expect(verifierOf().verify(await signed('RS256'))).rejects.toMatchObject({ code: 'unavailable' })
    answers = () => ({ status: 200, body: JSON.stringify({ keys: published }) })
  })
})
