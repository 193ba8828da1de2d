import { Option } from 'commander'
import type { Command } from 'commander'
import type { ServerConfig } from '../../config/config.ts'
import { auditOutcomeSchema } from '../../contract/audit.ts'
import { runAuditExport } from './run-audit-export.ts'
import type { AuditExportFlags } from './run-audit-export.ts'
import { runAuditList } from './run-audit-list.ts'
import type { AuditListFlags } from './run-audit-list.ts'
import { runAuditVerify } from './run-audit-verify.ts'

/** `audit list`, `audit export` and `audit verify`. See resources/docs/audit.md. */
export function addAuditCommands(program: Command, configOf: () => ServerConfig, setExitCode: (code: number) => void): void {
  const audit = program.command('audit').description('what was done, by whom and from where; beside a running server or without one')

  const list = audit
    .command('list')
    .description('print entries, newest first')
    .option('--limit <number>', 'how many', '50')
    .option('--json', 'as lines of JSON')
    .action(async (flags: AuditListFlags) => setExitCode(await runAuditList(configOf(), flags)))
  addFilters(list)

  const output = audit
    .command('export')
    .description('write entries into a file as lines of JSON; "-" writes to stdout')
    .argument('<file>', 'file to write; a name that ends in .gz is compressed')
    .option('--overwrite', 'write over a file of that name')
    .action(async (file: string, flags: AuditExportFlags) => setExitCode(await runAuditExport(configOf(), file, flags)))
  addFilters(output)

  audit
    .command('verify')
    .description('check the whole chain and print its head; exit code 1 when it is broken')
    .option('--expect-head <hash>', 'head of an earlier check, which the log must still hold')
    .action(async (flags: { expectHead?: string }) => setExitCode(await runAuditVerify(configOf(), flags.expectHead)))
}

function addFilters(command: Command): void {
  command
    .option('--agent <id>', 'only what this agent did')
    .option('--namespace <name>', 'only what was done in this namespace')
    .option('--action <word>', 'only this tool or action')
    .addOption(new Option('--outcome <word>', 'only what ended like this').choices(auditOutcomeSchema.options))
    .option('--object <id>', 'only what was done to this memory, task, agent or session')
    .option('--session <id>', 'only what was done over this session')
    .option('--request <id>', 'only what this request did')
    .option('--address <ip>', 'only what came from this address')
    .option('--since <time>', 'only from this time on, for example "yesterday"')
    .option('--until <time>', 'only before this time')
}
