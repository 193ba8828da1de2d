import { readTokenFile, removeTokenFile, writeTokenFile } from '../../base/token-files.ts'
import { AppError } from '../../base/errors.ts'
import type { Token } from '../../contract/token.ts'
import type { AgentKeys } from '../connect/agent-keys.ts'
import type { TokenDesk } from './token-desk.ts'

/**
 * One token for each client that is connected: known to the server by its name, revocable alone, and kept in a file of this user beside the
 * discovery file, never in the client's configuration. `openDesk` is called when one is made or ended.
 */
export function agentTokenKeys(runtimeFile: string, openDesk: () => Promise<TokenDesk>): AgentKeys {
  async function atDesk(work: (desk: TokenDesk) => Promise<void>): Promise<void> {
    const desk = await openDesk()
    try {
      await work(desk)
    } finally {
      await desk.close()
    }
  }
  return {
    prepareAgent: (agentId) =>
      atDesk(async (desk) => {
        const kept = readTokenFile(runtimeFile, agentId)
        if (kept && (await activeOf(desk, agentId)).some(({ id }) => id === kept.token_id)) return
        const { token, secret } = await desk.create({ name: `${agentId} on this machine`, agent_id: agentId })
        writeTokenFile(runtimeFile, { token_id: token.id, agent_id: agentId, token: secret })
      }),
    retireAgent: (agentId) =>
      atDesk(async (desk) => {
        const kept = readTokenFile(runtimeFile, agentId)
        removeTokenFile(runtimeFile, agentId)
        if (kept) await desk.revoke(kept.token_id).catch(ignoreMissing)
      }),
  }
}

async function activeOf(desk: TokenDesk, agentId: string): Promise<readonly Token[]> {
  return (await desk.list({ agent_id: agentId, only_active: true, limit: 100 })).tokens
}

/** A token of another server's database is not ours to end. */
function ignoreMissing(error: unknown): void {
  if (!(error instanceof AppError && error.code === 'not_found')) throw error
}
