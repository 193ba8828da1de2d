import { Argument, Option } from 'commander'
import type { Command } from 'commander'
import type { ServerConfig } from '../../config/config.ts'
import { CLIENT_IDS } from '../../contract/clients.ts'
import type { ClientId } from '../../contract/clients.ts'
import { agentTokenKeys } from '../tokens/agent-token-keys.ts'
import { openTokenDesk } from '../tokens/token-desk.ts'
import type { Connections } from './connections.ts'
import { createConnections } from './create-connections.ts'
import { runConnect, runListClients } from './run-connect.ts'
import type { ConnectFlags } from './run-connect.ts'

/** `tmws connect`. See resources/docs/connect.md. It works on files alone, whether a server runs or not. */
export function addConnectCommand(program: Command, configOf: () => ServerConfig, setExitCode: (code: number) => void): void {
  program
    .command('connect')
    .description('wire a program to TMWS: shows the exact change, asks, and writes it; without a name lists them all')
    .addArgument(new Argument('[client]', 'which program').choices(CLIENT_IDS))
    .option('--dry-run', 'show the change and make none')
    .addOption(new Option('--undo', 'take the entry out again').conflicts(['repair', 'verify', 'mcpb', 'force', 'agentId', 'namespace']))
    .addOption(new Option('--repair', 'put the entry right where it is gone, edited or out of date').conflicts(['verify', 'mcpb']))
    .addOption(new Option('--verify', 'start what the program would start, and talk with it').conflicts('mcpb'))
    .option('--mcpb <file>', 'write an extension for Claude Desktop into this file instead')
    .option('--agent-id <id>', 'who the program is to TMWS; default its own name')
    .option('--namespace <name>', 'the namespace it works in')
    .option('--force', 'also over an entry, or a file of --mcpb, that TMWS did not write')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'print the answer as JSON')
    .addHelpText('after', EXIT_CODES)
    .action(async (client: ClientId | undefined, flags: ConnectFlags) => {
      const connections = connectionsOf(configOf())
      setExitCode(client === undefined ? runListClients(connections, flags) : await runConnect(connections, client, flags))
    })
}

const EXIT_CODES = `
Exit codes: 0 done, or nothing to do; 1 refused or failed, and nothing was changed; 2 wrong usage; 3 not confirmed.`

function connectionsOf(config: ServerConfig): Connections {
  return createConnections(config, { keys: agentTokenKeys(config.runtimeFile, () => openTokenDesk(config)) })
}
