import { describe, expect, test } from 'vitest'
import { AppError } from '../base/errors.ts'
import { OWNER_SCOPE } from '../contract/scope.ts'
import type { Scope } from '../contract/scope.ts'
import { Guard } from './guard.ts'
import type { TokenVerifier } from './guard.ts'
import { HostCheck } from './host-check.ts'

const OWNER_TOKEN = 'owner-token-0123456789'
const COOKIE = 'cookie-value-0123456789'
const verifier: TokenVerifier = {
  verify: (token) =>
    token === 'good'
      ? Promise.resolve({ agentId: 'alice', namespace: 'team-a', isAdmin: true })
      : Promise.reject(new AppError('unauthenticated', 'The token is not valid.')),
}

function guard(authEnabled: boolean): Guard {
  const hosts = new HostCheck({ bindHosts: ['127.0.0.1'], corsOrigins: ['http://127.0.0.1:3000'] })
  hosts.ownPortIs(8000)
  return new Guard(hosts, verifier, {
    authEnabled,
    ownerToken: OWNER_TOKEN,
    ownerCookie: COOKIE,
  })
}

/** The scope, or the code of the refusal. */
async function outcome(authEnabled: boolean, headers: Record<string, string>): Promise<Scope | string> {
  try {
    return (await guard(authEnabled).identify({ headers }, 'rest')).scope
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
    ['a good token', { authorization: 'Bearer good' }, agent('alice', 'team-a', true)],
    [
      'a good token and its own name',
      { authorization: 'Bearer good', 'x-agent-id': 'alice', 'x-agent-namespace': 'team-a' },
      agent('alice', 'team-a', true),
    ],
    ['a good token and the name of another', { authorization: 'Bearer good', 'x-agent-id': 'bob' }, 'forbidden'],
    ['a good token and another namespace', { authorization: 'Bearer good', 'x-agent-namespace': 'team-b' }, 'forbidden'],
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
  const caller = await guard(false).identify({ headers: { 'user-agent': `x${'y'.repeat(500)}` } }, 'bridge')
  expect(caller).toEqual({ scope: agent('anonymous'), transport: 'bridge', capabilities: {}, client: `x${'y'.repeat(199)}` })
})
