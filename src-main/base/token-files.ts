import { readFileSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { writePrivateText } from './private-files.ts'

/**
 * Tokens of the clients of this machine, one file each beside the discovery file. So no token stands in the configuration of a client, which
 * people copy, sync and commit; the bridge of an agent reads its token here.
 */
export interface TokenFile {
  readonly token_id: string
  readonly agent_id: string
  /** The secret. */
  readonly token: string
}

/** Where the token of an agent is kept, beside a discovery file. */
export function tokenFileOf(runtimeFile: string, agentId: string): string {
  return join(dirname(runtimeFile), 'tokens', `${encodeURIComponent(agentId)}.json`)
}

/** Readable by this user only, whole or not at all. */
export function writeTokenFile(runtimeFile: string, content: TokenFile): string {
  const path = tokenFileOf(runtimeFile, content.agent_id)
  writePrivateText(path, `${JSON.stringify(content, null, 2)}\n`)
  return path
}

/** Undefined when there is none, or none that only its user can read: what others may have written proves nothing. */
export function readTokenFile(runtimeFile: string, agentId: string): TokenFile | undefined {
  const path = tokenFileOf(runtimeFile, agentId)
  try {
    // Windows has no such modes; the folder of the user is its own there.
    if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) return undefined
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return isTokenFile(value) && value.agent_id === agentId ? value : undefined
  } catch {
    return undefined
  }
}

export function removeTokenFile(runtimeFile: string, agentId: string): void {
  rmSync(tokenFileOf(runtimeFile, agentId), { force: true })
}

function isTokenFile(value: unknown): value is TokenFile {
  if (typeof value !== 'object' || value === null) return false
  const { token_id: id, agent_id: agent, token } = value as Partial<Record<keyof TokenFile, unknown>> // checked below
  return typeof id === 'string' && typeof agent === 'string' && typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)
}
