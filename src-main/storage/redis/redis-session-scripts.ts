import type { RedisScript } from './redis-script.ts'

/*
 * Keys, after the prefix: session:ID is a hash, resume:HASH names the session that a secret opens, held:HOLDER is the set of sessions that a
 * process serves, session-ends orders all of them by their end, session-holders orders processes by the end of their sessions.
 * The times of the port decide; the TTL of Redis comes a little later and sweeps up after servers that never come back.
 */
const SHARED = `
local P = KEYS[1]
local ENDS, HOLDERS = P .. 'session-ends', P .. 'session-holders'
local function is(value) return type(value) == 'string' and value ~= '' end
local function sessionKey(id) return P .. 'session:' .. id end
local function lengthen(key, ttl) if redis.call('PTTL', key) < tonumber(ttl) then redis.call('PEXPIRE', key, ttl) end end
local function point(hash, id, ttl) if hash ~= '' then redis.call('SET', P .. 'resume:' .. hash, id, 'PX', ttl) end end
local function hold(holder, id, ends, ttl)
  if holder == '' then return end
  redis.call('SADD', P .. 'held:' .. holder, id)
  lengthen(P .. 'held:' .. holder, ttl)
  redis.call('ZADD', HOLDERS, ends, holder)
  lengthen(HOLDERS, ttl)
end
local function drop(id)
  local old = redis.call('HMGET', sessionKey(id), 'resume', 'spent', 'holder')
  if is(old[1]) then redis.call('DEL', P .. 'resume:' .. old[1]) end
  if is(old[2]) then redis.call('DEL', P .. 'resume:' .. old[2]) end
  if is(old[3]) then redis.call('SREM', P .. 'held:' .. old[3], id) end
  redis.call('DEL', sessionKey(id))
  redis.call('ZREM', ENDS, id)
end
local function put(id, ends, ttl, resume, spent, holder, agent, ns, saved, body)
  redis.call('HSET', sessionKey(id), 'resume', resume, 'spent', spent, 'holder', holder, 'agent', agent, 'ns', ns, 'saved', saved,
    'ends', ends, 'body', body)
  redis.call('PEXPIRE', sessionKey(id), ttl)
  point(resume, id, ttl)
  point(spent, id, ttl)
  hold(holder, id, ends, ttl)
  redis.call('ZADD', ENDS, ends, id)
  lengthen(ENDS, ttl)
end
`

/** id, ends, ttl, resume, spent, holder, agent, namespace, saved, body -> 1, or 0 when the session was taken over since. */
export const SAVE_SESSION: RedisScript = {
  name: 'tmwsSaveSession',
  lua: `${SHARED}
local known = redis.call('HGET', sessionKey(ARGV[1]), 'resume')
if is(known) and known ~= ARGV[4] then return 0 end
drop(ARGV[1])
put(ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10])
return 1`,
}

/** hash, agent, namespace, next hash, holder, now, ends, ttl -> id, saved, body; nothing when the secret opens nothing. */
export const TAKE_SESSION: RedisScript = {
  name: 'tmwsTakeSession',
  lua: `${SHARED}
local hash, holder = ARGV[1], ARGV[5]
local id = redis.call('GET', P .. 'resume:' .. hash)
if not is(id) then return {} end
local found = redis.call('HMGET', sessionKey(id), 'resume', 'spent', 'holder', 'agent', 'ns', 'saved', 'ends', 'body')
if not is(found[1]) or tonumber(found[7]) <= tonumber(ARGV[6]) then return {} end
if found[4] ~= ARGV[2] or found[5] ~= ARGV[3] then return {} end
if found[1] ~= hash then
  -- Spent: only for one whose process has died since. The lease of a living one is the fleet's.
  if found[2] ~= hash or found[3] == holder or redis.call('EXISTS', P .. 'instance:' .. found[3]) == 1 then return {} end
end
drop(id)
put(id, ARGV[7], ARGV[8], ARGV[4], hash, holder, found[4], found[5], found[6], found[8])
return { id, found[6], found[8] }`,
}

/** holder, now, ends, ttl, ids... : of those ids, the ones that the holder serves. */
export const EXTEND_SESSIONS: RedisScript = {
  name: 'tmwsExtendSessions',
  lua: `${SHARED}
local holder = ARGV[1]
for index = 5, #ARGV do
  local id = ARGV[index]
  local found = redis.call('HMGET', sessionKey(id), 'resume', 'spent', 'holder')
  if is(found[1]) and found[3] == holder then
    redis.call('HSET', sessionKey(id), 'saved', ARGV[2], 'ends', ARGV[3])
    redis.call('PEXPIRE', sessionKey(id), ARGV[4])
    point(found[1], id, ARGV[4])
    point(found[2], id, ARGV[4])
    hold(holder, id, ARGV[3], ARGV[4])
    redis.call('ZADD', ENDS, ARGV[3], id)
    lengthen(ENDS, ARGV[4])
  else
    redis.call('SREM', P .. 'held:' .. holder, id)
  end
end
return 1`,
}

export const REMOVE_SESSION: RedisScript = { name: 'tmwsRemoveSession', lua: `${SHARED}drop(ARGV[1]) return 1` }

/**
 * now, latest end, keep, most at once, ttl -> how many were dropped, and 1 when there may be more to do. Each process that holds sessions
 * brings its own `keep`, so that one which asks does not sweep away what others serve.
 */
export const PRUNE_SESSIONS: RedisScript = {
  name: 'tmwsPruneSessions',
  lua: `${SHARED}
local now, latest, most = ARGV[1], ARGV[2], tonumber(ARGV[4])
local late = redis.call('ZRANGEBYSCORE', ENDS, '(' .. latest, '+inf', 'LIMIT', 0, most)
for _, id in ipairs(late) do
  redis.call('ZADD', ENDS, latest, id)
  if redis.call('EXISTS', sessionKey(id)) == 1 then
    redis.call('HSET', sessionKey(id), 'ends', latest)
    redis.call('PEXPIRE', sessionKey(id), ARGV[5])
  end
end
local ended = redis.call('ZRANGEBYSCORE', ENDS, '-inf', now, 'LIMIT', 0, most)
for _, id in ipairs(ended) do drop(id) end
redis.call('ZREMRANGEBYSCORE', HOLDERS, '-inf', now)
local holders = redis.call('ZCARD', HOLDERS)
if holders < 1 then holders = 1 end
local excess = redis.call('ZCARD', ENDS) - tonumber(ARGV[3]) * holders
local dropped = #ended
local full = #late == most or #ended == most
if not full and excess > 0 then
  if excess > most then excess = most full = true end
  for _, id in ipairs(redis.call('ZRANGE', ENDS, 0, excess - 1)) do drop(id) dropped = dropped + 1 end
end
return { dropped, full and 1 or 0 }`,
}
