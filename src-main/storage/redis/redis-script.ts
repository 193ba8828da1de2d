import type { Redis } from 'ioredis'

/** A Lua script that Redis runs in one step. `name` is the method it becomes on a client. */
export interface RedisScript {
  readonly name: string
  readonly lua: string
}

type ScriptMethod = (...args: (string | number)[]) => Promise<unknown>

/**
 * Runs a script. The first argument is the prefix, from which scripts make the keys of what they find: so they fit one Redis (also
 * behind Sentinel or as a replica set), and a cluster only where the prefix holds a hash tag such as `{tmws}:`.
 */
export function runScript(client: Redis, { name, lua }: RedisScript, prefix: string, ...args: (string | number)[]): Promise<unknown> {
  const methods = client as unknown as Record<string, ScriptMethod | undefined> // `defineCommand` adds the method
  if (methods[name] === undefined) client.defineCommand(name, { lua, numberOfKeys: 1 })
  const method = methods[name] as unknown as ScriptMethod // just defined
  return method.call(client, prefix, ...args)
}
