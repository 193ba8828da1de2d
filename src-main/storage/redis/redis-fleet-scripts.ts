import type { RedisScript } from './redis-script.ts'

/*
 * Keys, after the prefix: instances is the set of those that may live, instance:ID is there while one does, farewell:ID for a while after one
 * that stopped had told all it had to tell, live:ID holds what its sessions
 * are like, room:AGENT says which instance serves each session of an agent.
 */

/** session, agent, instance, most, ttl of the room -> 1 and the living instance that had it, or 0 when the agent has no place left. */
export const ENTER_ROOM: RedisScript = {
  name: 'tmwsEnterRoom',
  lua: `
local P = KEYS[1]
local id, room, instance, most = ARGV[1], P .. 'room:' .. ARGV[2], ARGV[3], tonumber(ARGV[4])
local function is(value) return type(value) == 'string' and value ~= '' end
local function lives(other) return redis.call('EXISTS', P .. 'instance:' .. other) == 1 end
local before = redis.call('HGET', room, id)
if not is(before) and redis.call('HLEN', room) >= most then
  local all = redis.call('HGETALL', room)
  for index = 1, #all, 2 do
    if not lives(all[index + 1]) then redis.call('HDEL', room, all[index]) end
  end
  if redis.call('HLEN', room) >= most then return { 0, '' } end
end
redis.call('HSET', room, id, instance)
redis.call('PEXPIRE', room, ARGV[5])
if is(before) and before ~= instance and lives(before) then return { 1, before } end
return { 1, '' }`,
}

/** session, agent, instance: unless another instance has it by now. */
export const LEAVE_ROOM: RedisScript = {
  name: 'tmwsLeaveRoom',
  lua: `
local P = KEYS[1]
local room = P .. 'room:' .. ARGV[2]
if redis.call('HGET', room, ARGV[1]) == ARGV[3] then redis.call('HDEL', room, ARGV[1]) end
redis.call('HDEL', P .. 'live:' .. ARGV[3], ARGV[1])
return 1`,
}

/** instance, ttl of the room, then session and agent of each: takes the places that nobody has, as after a Redis that lost everything. */
export const KEEP_ROOMS: RedisScript = {
  name: 'tmwsKeepRooms',
  lua: `
local P = KEYS[1]
for index = 3, #ARGV, 2 do
  local room = P .. 'room:' .. ARGV[index + 1]
  if type(redis.call('HGET', room, ARGV[index])) ~= 'string' then redis.call('HSET', room, ARGV[index], ARGV[1]) end
  redis.call('PEXPIRE', room, ARGV[2])
end
return 1`,
}
