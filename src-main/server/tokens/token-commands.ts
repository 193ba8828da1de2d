import type { Command } from 'commander'
import type { ServerConfig } from '../../config/config.ts'
import { runCreateToken, runListTokens, runRevokeToken, runRotateToken } from './run-tokens.ts'
import type { CreateFlags, ListFlags, RotateFlags } from './run-tokens.ts'

/** `tokens list | create | rotate | revoke`. See resources/docs/security.md. */
export function addTokenCommands(program: Command, configOf: () => ServerConfig, setExitCode: (code: number) => void): void {
  const tokens = program
    .command('tokens')
    .description('make, list and end the tokens of clients; a running server is asked, or else the database')

  tokens
    .command('list', { isDefault: true })
    .description('list tokens, without their secrets')
    .option('--agent <id>', 'only those of this agent')
    .option('--all', 'also those that have expired or were revoked')
    .option('--json', 'as JSON')
    .action(async (flags: ListFlags) => setExitCode(await runListTokens(configOf(), flags)))

  tokens
    .command('create')
    .description('make a token and print its secret, once')
    .requiredOption('--agent <id>', 'the agent that its bearer is')
    .option('--name <text>', 'for people: which program, on which machine; default the agent')
    .option('--namespace <names...>', 'where it may be used; the first counts when a request names none (default: default)')
    .option('--scope <words...>', 'what it may do: read, write, admin (default: read write)')
    .option('--expires <duration>', 'when it ends, such as 90d or 12h (default: never)')
    .option('--save', "keep it for this machine's bridge of that agent, instead of printing it")
    .option('--json', 'as JSON')
    .action(async (flags: CreateFlags) => setExitCode(await runCreateToken(configOf(), flags)))

  tokens
    .command('rotate')
    .description('give a token a new secret')
    .argument('<id>', 'as "tmws tokens list" shows it')
    .option('--grace <duration>', 'how long the former secret still works, such as 1h (default: not at all)')
    .option('--json', 'as JSON')
    .action(async (id: string, flags: RotateFlags) => setExitCode(await runRotateToken(configOf(), id, flags)))

  tokens
    .command('revoke')
    .description('end a token for good, and close what it had opened')
    .argument('<id>', 'as "tmws tokens list" shows it')
    .action(async (id: string) => setExitCode(await runRevokeToken(configOf(), id)))
}
