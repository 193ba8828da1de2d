import { homedir } from 'node:os'
import { join } from 'node:path'
import { readTokenFile } from '../src-main/base/token-files.ts'
import type { BridgeOptions, Identity } from './options.ts'

/**
 * The identity with the token that this machine keeps for its agent, unless one was given. Read afresh for each connection, since tokens are
 * replaced. It is for servers of this machine: another one must not learn it.
 */
export function withSavedToken({ identity, runtimeFile }: Pick<BridgeOptions, 'identity' | 'runtimeFile'>, url: string): Identity {
  if (identity.token !== undefined || !isOfThisMachine(url)) return identity
  try {
    const saved = readTokenFile(runtimeFile ?? join(homedir(), '.tmws', 'runtime.json'), identity.agentId)
    return saved ? { ...identity, token: saved.token } : identity
  } catch {
    // Without a home folder nothing is kept.
    return identity
  }
}

function isOfThisMachine(url: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i.test(new URL(url).hostname)
}
