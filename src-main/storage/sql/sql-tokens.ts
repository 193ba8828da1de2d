import type { TokenScope } from '../../contract/token.ts'
import { readTokenCursor, tokenCursor } from '../token-rules.ts'
import { isActive } from '../token-store.ts'
import type { NewToken, SecretChange, TokenQuery, TokenRecord, TokenStore, TokenUse } from '../token-store.ts'
import type { MemoryDb, TokenTable } from './sql-schema.ts'

/** Every method of the port over a connection or a transaction. */
export const SQL_TOKENS: {
  readonly [M in keyof TokenStore]: (db: MemoryDb, ...args: Parameters<TokenStore[M]>) => ReturnType<TokenStore[M]>
} = {
  add: addToken,
  get: getToken,
  findBySecret: findToken,
  list: listTokens,
  replaceSecret: replaceTokenSecret,
  revoke: revokeToken,
  touch: touchTokens,
  ended: endedTokens,
}

async function addToken(db: MemoryDb, token: NewToken): Promise<TokenRecord> {
  const row = await db.insertInto('tokens').values(toRow(token)).returningAll().executeTakeFirstOrThrow()
  return toRecord(row)
}

async function getToken(db: MemoryDb, id: string): Promise<TokenRecord | undefined> {
  const row = await db.selectFrom('tokens').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toRecord(row)
}

async function findToken(db: MemoryDb, hash: string, nowMs: number): Promise<TokenRecord | undefined> {
  const row = await db
    .selectFrom('tokens')
    .selectAll()
    .where((eb) => eb.or([eb('secret_hash', '=', hash), eb.and([eb('former_hash', '=', hash), eb('former_until', '>', nowMs)])]))
    .executeTakeFirst()
  return row && toRecord(row)
}

async function listTokens(db: MemoryDb, query: TokenQuery): ReturnType<TokenStore['list']> {
  let select = db
    .selectFrom('tokens')
    .selectAll()
    .orderBy('id', 'desc')
    .limit(query.limit + 1)
  const { agentId, cursor, nowMs } = query
  if (agentId !== undefined) select = select.where('agent_id', '=', agentId)
  if (cursor !== undefined) select = select.where('id', '<', readTokenCursor(cursor))
  if (query.onlyActive)
    select = select.where('revoked_at', 'is', null).where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', nowMs)]))
  const rows = await select.execute()
  const tokens = rows.slice(0, query.limit).map(toRecord)
  const last = tokens.at(-1)
  return { tokens, ...(last && rows.length > query.limit && { nextCursor: tokenCursor(last.id) }) }
}

/** One statement: the secret that is replaced becomes the former one, whatever it is by now. */
async function replaceTokenSecret(db: MemoryDb, id: string, change: SecretChange): Promise<TokenRecord | undefined> {
  const row = await db
    .updateTable('tokens')
    .set((eb) => ({
      former_hash: eb.ref('secret_hash'),
      former_until: change.formerUntilMs,
      secret_hash: change.secretHash,
      hint: change.hint,
      rotated_at: change.nowMs,
    }))
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .returningAll()
    .executeTakeFirst()
  return row && toRecord(row)
}

async function revokeToken(db: MemoryDb, id: string, by: string, nowMs: number): Promise<TokenRecord | undefined> {
  await db.updateTable('tokens').set({ revoked_at: nowMs, revoked_by: by }).where('id', '=', id).where('revoked_at', 'is', null).execute()
  return getToken(db, id)
}

async function touchTokens(db: MemoryDb, uses: readonly TokenUse[]): Promise<void> {
  for (const { id, atMs } of uses) {
    await db
      .updateTable('tokens')
      .set({ last_used_at: atMs })
      .where('id', '=', id)
      .where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<', atMs)]))
      .execute()
  }
}

async function endedTokens(db: MemoryDb, ids: readonly string[], nowMs: number): Promise<string[]> {
  if (ids.length === 0) return []
  const rows = await db.selectFrom('tokens').selectAll().where('id', 'in', ids).execute()
  const active = new Set(rows.map(toRecord).flatMap((token) => (isActive(token, nowMs) ? [token.id] : [])))
  return ids.filter((id) => !active.has(id))
}

function toRow(token: NewToken): TokenTable {
  return {
    id: token.id,
    name: token.name,
    agent_id: token.agentId,
    namespaces: JSON.stringify(token.namespaces),
    scopes: JSON.stringify(token.scopes),
    secret_hash: token.secretHash,
    former_hash: null,
    former_until: null,
    hint: token.hint,
    created_at: token.createdAtMs,
    created_by: token.createdBy,
    expires_at: token.expiresAtMs ?? null,
    last_used_at: null,
    rotated_at: null,
    revoked_at: null,
    revoked_by: null,
  }
}

function toRecord(row: TokenTable): TokenRecord {
  return {
    id: row.id,
    name: row.name,
    agentId: row.agent_id,
    namespaces: JSON.parse(row.namespaces) as string[], // written by toRow
    scopes: JSON.parse(row.scopes) as TokenScope[], // as above
    hint: row.hint,
    createdAtMs: row.created_at,
    createdBy: row.created_by,
    ...(row.expires_at !== null && { expiresAtMs: row.expires_at }),
    ...(row.last_used_at !== null && { lastUsedAtMs: row.last_used_at }),
    ...(row.rotated_at !== null && { rotatedAtMs: row.rotated_at }),
    ...(row.revoked_at !== null && { revokedAtMs: row.revoked_at }),
    ...(row.revoked_by !== null && { revokedBy: row.revoked_by }),
  }
}
