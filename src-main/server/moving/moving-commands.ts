import { Option } from 'commander'
import type { Command } from 'commander'
import { runBackup, runListBackups } from './run-backup.ts'
import type { BackupFlags } from './run-backup.ts'
import { runEncrypt } from './run-encrypt.ts'
import { runExport } from './run-export.ts'
import type { ExportFlags } from './run-export.ts'
import { runImport } from './run-import.ts'
import type { ImportFlags } from './run-import.ts'
import { runMigrate } from './run-migrate.ts'
import type { ConfigOf } from './run-migrate.ts'
import { runRestore } from './run-restore.ts'

/** `export`, `import`, `backup`, `restore`, `encrypt`, `decrypt` and `migrate`. See resources/docs/moving.md. */
export function addMovingCommands(program: Command, configOf: ConfigOf, setExitCode: (code: number) => void): void {
  program
    .command('export')
    .description('write everything into one file, beside a running server or without one; "-" writes to stdout')
    .argument('<file>', 'file to write; a name that ends in .gz is compressed')
    .option('--namespace <name>', 'only what belongs to this namespace')
    .option('--agent <id>', 'only what belongs to this agent')
    .option('--no-trash', 'leave the trash out')
    .option('--no-history', 'leave earlier versions out')
    .option('--vectors', 'take the vectors along, so that nothing has to be embedded again')
    .option('--reproducible', 'leave the date out: the same content is the same file, byte for byte')
    .option('--overwrite', 'write over a file of that name')
    .action(async (file: string, flags: ExportFlags) => setExitCode(await runExport(configOf(), file, flags)))

  program
    .command('import')
    .description('merge a file of "tmws export", or memory.jsonl of the MCP memory server')
    .argument('<file>', 'file to read, plain or compressed')
    .option('--dry-run', 'change nothing; say what would be done')
    .addOption(
      new Option('--on-conflict <rule>', 'when an id is here with something else in it')
        .choices(['skip', 'replace', 'fail'])
        .default('skip'),
    )
    .option('--accept-damage', 'take what can be read of a file that is cut off or was edited')
    .option('--continue-runs', 'go on with runs of workflows that had not ended; else they come as cancelled')
    .option('--as-agent <id>', 'who owns what comes from another program', 'imported')
    .option('--as-namespace <name>', 'where what comes from another program goes', 'default')
    .action(async (file: string, flags: ImportFlags) => setExitCode(await runImport(configOf(), file, flags)))

  program
    .command('backup')
    .description('copy the database while it is in use, check the copy and say where it is')
    .option('--to <file>', 'put it there instead of into the backup folder')
    .option('--overwrite', 'write over a file of that name')
    .option('--list', 'make none; list those that are there')
    .action(async (flags: BackupFlags) =>
      setExitCode(await (flags.list === true ? runListBackups(configOf()) : runBackup(configOf(), flags))),
    )

  program
    .command('restore')
    .description('put a backup in the place of the database, which is kept; only while no server runs')
    .argument('<file>', 'a backup: a database, or an export (.jsonl.gz) into an empty store')
    .action(async (file: string) => setExitCode(await runRestore(configOf(), file)))

  for (const direction of ['encrypt', 'decrypt'] as const)
    program
      .command(direction)
      .description(
        direction === 'encrypt'
          ? 'encrypt the SQLite database and its backups with TMWS_DATABASE_KEY; only while no server runs'
          : 'make the encrypted SQLite database and its backups plain again; only while no server runs',
      )
      .action(async () => setExitCode(await runEncrypt(configOf(), direction)))

  program
    .command('migrate')
    .description('copy everything into another database and compare the two; the source is only read')
    .requiredOption('--from <url>', 'database to read, for example sqlite:/home/me/tmws.db')
    .requiredOption('--to <url>', 'database to fill, of any kind that TMWS_DATABASE_URL takes')
    .option('--merge', 'into a database that holds something already')
    .action(async (flags: { from: string; to: string; merge?: boolean }) => setExitCode(await runMigrate(configOf, flags)))
}
