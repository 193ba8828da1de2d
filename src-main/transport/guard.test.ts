import { describe, expect, test } from 'vitest'
import { AppError } from '../base/errors.ts'
import { tooManyRequests } from '../base/rate-limiter.ts'
import type { RateLimiter } from '../base/rate-limiter.ts'
import { OWNER_SCOPE } from '../contract/scope.ts'
import type { Scope } from '../contract/scope.ts'
import type { TokenVerifier } from './guard.ts'
import { HostCheck } from './host-check.ts'
import { openGuard, requestWith } from './testing/open-guard.ts'
import type { OpenGuardOptions } from './testing/open-guard.ts'

const OWNER_TOKEN = 'owner-token-0123456789'
const COOKIE = 'cookie-value-0123456789'
/** A token is the words of what it proves: `alice team-a,team-b admin`. */
const verifier: TokenVerifier = {
  verify: (token) => {
    const [agentId = '', namespaces = '', scope] = token.split('|')
    const [first = '', ...others] = namespaces.split(',')
    return scope === 'read' || scope === 'write' || scope === 'admin'
      ? Promise.resolve({ agentId, namespaces: [first, ...others], scope, tokenId: 't1', expiresAtMs: 5 })
      : Promise.reject(new AppError('unauthenticated', 'The token is not valid.'))
  },
}
const GOOD = 'Bearer alice|team-a,team-b|admin'

function guardOf(authEnabled: boolean, more: OpenGuardOptions = {}) {
  const hosts = new HostCheck({ bindHosts: ['127.0.0.1'], corsOrigins: ['http://127.0.0.1:3000'] })
  hosts.ownPortIs(8000)
  return openGuard({ hosts, verifier, authEnabled, ownerToken: OWNER_TOKEN, ownerCookie: COOKIE, ...more })
}

const guard = (authEnabled: boolean) => guardOf(authEnabled).guard

/** The scope, or the code of the refusal. */
async function outcome(authEnabled: boolean, headers: Record<string, string>): Promise<Scope | string> {
  try {
    return (await guard(authEnabled).identify(requestWith(headers), 'rest')).scope
  } catch (error) {
    if (error instanceof AppError) return error.code
    throw error
  }
}

function agent(agentId: string, namespace = 'default', isAdmin = false): Scope {
  return { kind: 'agent', agentId, namespace, isAdmin }
}

const owner = { authorization: `Bearer ${OWNER_TOKEN}` }
const cookie = { cookie: `theme=dark; tmws_owner=${COOKIE}` }

describe('without sign-in', () => {
  test.each<[string, Record<string, string>, Scope]>([
    ['nothing', {}, agent('anonymous')],
    ['a name', { 'x-agent-id': 'alice' }, agent('alice')],
    ['a name and a namespace', { 'x-agent-id': 'alice', 'x-agent-namespace': 'team-a' }, agent('alice', 'team-a')],
    ['a namespace only', { 'x-agent-namespace': 'team-a' }, agent('anonymous', 'team-a')],
    ['any token', { authorization: 'Bearer whatever' }, agent('anonymous')],
    ['the owner token', owner, OWNER_SCOPE],
    ['the owner token in another case of the scheme', { authorization: `bearer ${OWNER_TOKEN}` }, OWNER_SCOPE],
    ['the owner cookie', cookie, OWNER_SCOPE],
    ['the owner token and an agent id', { ...owner, 'x-agent-id': 'alice' }, agent('alice')],
    ['the owner cookie from a page of our own', { ...cookie, origin: 'http://127.0.0.1:8000' }, OWNER_SCOPE],
    ['the owner cookie from a page of another port', { ...cookie, origin: 'http://127.0.0.1:3000' }, agent('anonymous')],
    ['the owner cookie and an agent id', { ...cookie, 'x-agent-id': 'alice' }, agent('alice')],
    ['the owner cookie and a namespace', { ...cookie, 'x-agent-namespace': 'team-a' }, agent('anonymous', 'team-a')],
    ['the owner cookie and a wrong token', { ...cookie, authorization: 'Bearer wrong' }, agent('anonymous')],
    ['a wrong cookie', { cookie: 'tmws_owner=guess' }, agent('anonymous')],
    ['a cookie whose name only ends alike', { cookie: `xtmws_owner=${COOKIE}` }, agent('anonymous')],
    ['basic credentials', { authorization: `Basic ${OWNER_TOKEN}` }, agent('anonymous')],
  ])('%s makes the right scope', async (_what, headers, scope) => {
    expect(await outcome(false, headers)).toEqual(scope)
  })
})

describe('with sign-in', () => {
  test.each<[string, Record<string, string>, Scope | string]>([
    ['nothing', {}, 'unauthenticated'],
    ['a name only', { 'x-agent-id': 'alice' }, 'unauthenticated'],
    ['a good token', { authorization: GOOD }, agent('alice', 'team-a', true)],
    [
      'a good token and its own name',
      { authorization: GOOD, 'x-agent-id': 'alice', 'x-agent-namespace': 'team-a' },
      agent('alice', 'team-a', true),
    ],
    [
      'a good token and the other of its namespaces',
      { authorization: GOOD, 'x-agent-namespace': 'team-b' },
      agent('alice', 'team-b', true),
    ],
    ['a token that only reads', { authorization: 'Bearer bob|lab|read' }, { ...agent('bob', 'lab'), isReadOnly: true }],
    ['a token that writes', { authorization: 'Bearer bob|lab|write' }, agent('bob', 'lab')],
    ['a good token and the name of another', { authorization: GOOD, 'x-agent-id': 'bob' }, 'forbidden'],
    ['a good token and another namespace', { authorization: GOOD, 'x-agent-namespace': 'team-c' }, 'forbidden'],
    ['a bad token', { authorization: 'Bearer bad' }, 'unauthenticated'],
    ['an empty bearer', { authorization: 'Bearer ' }, 'unauthenticated'],
    ['the owner token', owner, OWNER_SCOPE],
    ['the owner cookie', cookie, OWNER_SCOPE],
    ['the owner token and an agent id', { ...owner, 'x-agent-id': 'alice' }, 'forbidden'],
    ['the owner cookie and an agent id', { ...cookie, 'x-agent-id': 'alice' }, 'unauthenticated'],
    ['the owner cookie and a bad token', { ...cookie, authorization: 'Bearer bad' }, 'unauthenticated'],
  ])('%s ends as it must', async (_what, headers, expected) => {
    expect(await outcome(true, headers)).toEqual(expected)
  })
})

test.each(['owner', 'system'])('nobody may call itself %s', async (name) => {
  expect(await outcome(false, { 'x-agent-id': name })).toBe('forbidden')
  expect(await outcome(false, { 'x-agent-id': name, ...owner })).toBe('forbidden')
})

test('the owner cookie is for this site and not for scripts', () => {
  expect(guard(false).ownerCookieHeader()).toBe(`tmws_owner=${COOKIE}; HttpOnly; SameSite=Strict; Path=/`)
})

test('the client program is known by its user agent, clipped', async () => {
  const caller = await guard(false).identify(requestWith({ 'user-agent': `x${'y'.repeat(500)}` }, '127.0.0.9'), 'bridge')
  expect(caller).toEqual({
    scope: agent('anonymous'),
    transport: 'bridge',
    capabilities: {},
    address: '127.0.0.9',
    client: `x${'y'.repeat(199)}`,
  })
})

describe('a token', () => {
  const callerOf = (headers: Record<string, string>) => guard(true).identify(requestWith(headers), 'http')

  test('binds its bearer, unless it is an admin’s, and goes along with the caller', async () => {
    expect(await callerOf({ authorization: 'Bearer bob|lab|write' })).toMatchObject({ isBound: true, token: { id: 't1', endsAtMs: 5 } })
    expect(await callerOf({ authorization: GOOD })).not.toHaveProperty('isBound')
    expect(await callerOf(cookie)).not.toHaveProperty('token')
  })

  test.each(['/x?access_token=abc', '/x?a=1&token=abc', '/?API_KEY=abc'])('is refused in a URL: %s', async (url) => {
    await expect(guard(true).assertOurs(requestWith({ host: '127.0.0.1' }, '127.0.0.1', url))).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('Authorization: Bearer') as string,
    })
  })

  test('says where to sign in, where that is possible', async () => {
    const url = 'https://memory.example/.well-known/oauth-protected-resource/mcp'
    const { guard: door } = guardOf(true, { resourceMetadataUrl: url })
    for (const headers of [{}, { authorization: 'Bearer bad' }])
      await expect(door.identify(requestWith(headers), 'http')).rejects.toMatchObject({ details: { resource_metadata: url } })
  })
})

/** Admits each key so often, and then no more. */
function admitting(requests: number): RateLimiter {
  const counts = new Map<string, number>()
  return {
    admit: (key) => {
      counts.set(key, (counts.get(key) ?? 0) + 1)
      return (counts.get(key) ?? 0) > requests
        ? Promise.reject(tooManyRequests({ requests, periodSeconds: 60 }, 60_000))
        : Promise.resolve()
    },
  }
}

describe('what is denied', () => {
  test('is noted with who claims to be there, from where, and why', async () => {
    const { guard: door, noted } = guardOf(true)
    const headers = { host: '127.0.0.1', 'x-agent-id': 'bob', 'x-agent-namespace': 'lab', authorization: 'Bearer bad' }
    await expect(door.identify(requestWith(headers, '10.0.0.9'), 'http')).rejects.toMatchObject({ code: 'unauthenticated' })
    await expect(door.assertOurs(requestWith({ host: 'evil.example' }))).rejects.toMatchObject({ code: 'forbidden' })
    expect(noted).toEqual([
      { action: 'admission', agentId: 'bob', namespace: 'lab', outcome: 'denied', code: 'unauthenticated', address: '10.0.0.9' },
      { action: 'admission', agentId: 'anonymous', namespace: 'default', outcome: 'denied', code: 'forbidden', address: '127.0.0.1' },
    ])
    expect(JSON.stringify(noted)).not.toContain('bad')
  })

  test('too often from one address is told to wait, and good tokens from there are still good', async () => {
    const limits = { failures: admitting(2) }
    const { guard: door } = guardOf(true, { limits })
    const guess = (address: string) => door.identify(requestWith({ authorization: 'Bearer bad' }, address), 'http')
    for (const _ of [1, 2]) await expect(guess('10.0.0.9')).rejects.toMatchObject({ code: 'unauthenticated' })
    await expect(guess('10.0.0.9')).rejects.toMatchObject({ code: 'rate_limited', details: { retry_after_seconds: 60 } })
    await expect(door.signIn(requestWith({}, '10.0.0.9'), 'guess')).rejects.toMatchObject({ code: 'rate_limited' })
    await expect(guess('10.0.0.8')).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(await door.identify(requestWith({ authorization: GOOD }, '10.0.0.9'), 'http')).toMatchObject({ scope: { agentId: 'alice' } })
  })
})

describe('an address', () => {
  test('has a limit of its own, but for clients of this machine', async () => {
    const limits = { perAddress: admitting(1) }
    const { guard: door } = guardOf(true, { limits })
    const ask = (address: string) => door.assertOurs(requestWith({ host: '127.0.0.1' }, address))
    await ask('10.0.0.9')
    await expect(ask('10.0.0.9')).rejects.toMatchObject({ code: 'rate_limited' })
    await ask('10.0.0.8')
    for (const _ of [1, 2, 3]) {
      await ask('127.0.0.1')
      await ask('::1')
      await ask('::ffff:127.0.0.1')
    }
  })

  test.each<[string, string[], string, Record<string, string>, string]>([
    ['of the connection', [], '10.0.0.9', { 'x-forwarded-for': '1.2.3.4' }, '10.0.0.9'],
    ['that a trusted proxy names', ['10.0.0.0/8'], '10.0.0.9', { 'x-forwarded-for': '1.2.3.4' }, '1.2.3.4'],
    ['that the last untrusted hop has', ['10.0.0.0/8'], '10.0.0.9', { 'x-forwarded-for': '6.6.6.6, 1.2.3.4, 10.0.0.8' }, '1.2.3.4'],
    ['of the proxy, when what it names is none', ['10.0.0.9'], '10.0.0.9', { 'x-forwarded-for': 'evil' }, '10.0.0.9'],
  ])('is that %s', async (_what, trustedProxies, remote, headers, expected) => {
    const { guard: door } = guardOf(false, { trustedProxies })
    expect((await door.identify(requestWith(headers, remote), 'rest')).address).toBe(expected)
  })
})
