import { createHmac } from 'node:crypto'
import { SignJWT, UnsecuredJWT } from 'jose'
import type { RunningServer } from '../processes/server-process.ts'
import { until } from '../processes/until.ts'

export const SECRET = 'k8Jd02mPqx7ZtVw5Lr9Yh3Bn6Gf1Sa4Q'
/** Where the good tokens are good. */
export const NAMESPACE = 'lab'

export type Scope = 'read' | 'write' | 'admin'

/** Somebody at the door, and what may come of it: a status when nothing is let in, or the scope of who is. */
export interface Caller {
  readonly name: string
  readonly headers: Readonly<Record<string, string>>
  readonly outcome: 401 | 403 | Scope
}

async function issue(server: RunningServer, scopes: readonly Scope[], name: string): Promise<{ id: string; secret: string }> {
  const response = await fetch(`${server.apiUrl}/api/v1/tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.ownerToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name, agent_id: name, namespaces: [NAMESPACE], scopes }),
  })
  const { token, secret } = (await response.json()) as { token: { id: string }; secret: string } // by the contract
  return { id: token.id, secret }
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const key = new TextEncoder().encode(SECRET)

/** Everyone who may try, good and bad. */
export async function everyCaller(server: RunningServer): Promise<Caller[]> {
  const [reader, writer, admin, revoked] = await Promise.all([
    issue(server, ['read'], 'reader'),
    issue(server, ['read', 'write'], 'writer'),
    issue(server, ['admin'], 'admin'),
    issue(server, ['admin'], 'revoked'),
  ])
  await fetch(`${server.apiUrl}/api/v1/tokens/${revoked.id}`, { method: 'DELETE', headers: bearer(server.ownerToken) })
  const claims = { sub: 'jane', namespace: NAMESPACE, scope: 'admin' }
  const jwt = (expires: string, alg = 'HS256', by = key) =>
    new SignJWT(claims).setProtectedHeader({ alg }).setExpirationTime(expires).sign(by)
  const good = await jwt('1h')
  const none = new UnsecuredJWT(claims).setExpirationTime('1h').encode()
  const callers: Caller[] = [
    { name: 'no token', headers: {}, outcome: 401 },
    { name: 'no token, but a name', headers: { 'x-agent-id': 'admin', 'x-agent-namespace': NAMESPACE }, outcome: 401 },
    { name: 'reader', headers: bearer(reader.secret), outcome: 'read' },
    { name: 'writer', headers: bearer(writer.secret), outcome: 'write' },
    { name: 'admin', headers: bearer(admin.secret), outcome: 'admin' },
    { name: 'admin by JWT', headers: bearer(good), outcome: 'admin' },
    { name: 'expired', headers: bearer(await jwt('-1h')), outcome: 401 },
    { name: 'revoked', headers: bearer(revoked.secret), outcome: 401 },
    { name: 'other namespace', headers: { ...bearer(admin.secret), 'x-agent-namespace': 'office' }, outcome: 403 },
    { name: 'another agent', headers: { ...bearer(writer.secret), 'x-agent-id': 'admin' }, outcome: 403 },
    { name: 'the person’s token for an agent', headers: { ...bearer(server.ownerToken), 'x-agent-id': 'admin' }, outcome: 403 },
    { name: 'forged', headers: bearer(`tmws_${'A'.repeat(43)}`), outcome: 401 },
    { name: 'forged JWT', headers: bearer(await jwt('1h', 'HS256', new TextEncoder().encode('x'.repeat(32)))), outcome: 401 },
    { name: 'a JWT of another algorithm', headers: bearer(await jwt('1h', 'HS512')), outcome: 401 },
    { name: 'alg none', headers: bearer(none), outcome: 401 },
    { name: 'alg none, signed all the same', headers: bearer(signed(none)), outcome: 401 },
    { name: 'a token in a cookie', headers: { cookie: `tmws_owner=${server.ownerToken}` }, outcome: 401 },
  ]
  await until('the revocation to be known', async () => {
    const { status } = await fetch(`${server.apiUrl}/api/v1/memory`, { headers: bearer(revoked.secret) })
    return status === 401
  })
  return callers
}

function signed(unsecured: string): string {
  const text = unsecured.replace(/\.$/, '')
  return `${text}.${createHmac('sha256', SECRET).update(text).digest('base64url')}`
}

const RANK: Readonly<Record<Scope, number>> = { read: 1, write: 2, admin: 3 }

/** Whether who was let in may do what needs a scope. */
export function suffices(has: Scope, needed: Scope): boolean {
  return RANK[has] >= RANK[needed]
}
