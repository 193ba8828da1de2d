import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { messageOf } from '../base/errors.ts'
import type { ServerConfig } from '../config/config.ts'
import { dataPaths } from '../config/paths.ts'

/**
 * Whether a process may serve an agent straight from the database, past the server. It may not where sign-in is on: nothing
 * would prove who the agent is. The settings of a bridge's host need not be those of the server, so each start of a server leaves
 * its word in the data folder, and that counts as well.
 */

/** Why this process may not serve from the store, as a sentence that says what to do; undefined if it may. */
export function embeddedRefusal(config: ServerConfig): string | undefined {
  return refusalOf(config) ?? leftRefusal(dataPaths(config.dataDir).embeddedRefusalFile)
}

/** Leaves in the data folder what this server's settings say. Only the folder's owner calls it. */
export function markEmbeddedPolicy(config: ServerConfig): void {
  const file = dataPaths(config.dataDir).embeddedRefusalFile
  const refusal = refusalOf(config)
  if (refusal === undefined) rmSync(file, { force: true })
  else writeFileSync(file, `${refusal}\n`, { mode: 0o600 })
}

function refusalOf({ auth, stdioEnabled, database }: ServerConfig): string | undefined {
  if (auth.enabled)
    return 'Sign-in is on, so an agent may only come through the server, which checks its token. Start the TMWS app or run `tmws --server`.'
  if (!stdioEnabled)
    return 'TMWS_STDIO_ENABLED is false, so an agent may only come through the server. Start the TMWS app or run `tmws --server`.'
  if (database.provider === 'volatile')
    return 'TMWS_DATABASE_URL is volatile:, so nothing would be kept when this process ends. Start the TMWS app or run `tmws --server`.'
  return undefined
}

function leftRefusal(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim() || 'The last server on this data folder forbade it.'
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined
    // What cannot be read may forbid it.
    return `${file} cannot be read (${messageOf(error)}), so it is not known whether this is allowed. Start the TMWS app or run \`tmws --server\`.`
  }
}
