import { Command, CommanderError, Option } from 'commander'
import { AppError, messageOf } from '../base/errors.ts'
import { loadProcessConfig, productionProblems } from '../config/process-config.ts'
import type { ServerConfig } from '../config/config.ts'
import { SETTINGS } from '../config/settings-table.ts'
import type { SettingName } from '../config/settings-table.ts'
import { addAuditCommands } from './audit/audit-commands.ts'
import { addConnectCommand } from './connect/connect-command.ts'
import { reportProduction, runDoctor } from './doctor.ts'
import { addMovingCommands } from './moving/moving-commands.ts'
import { VERSION } from './install-paths.ts'
import { addTokenCommands } from './tokens/token-commands.ts'
import { runServer } from './run-server.ts'

type Flags = Partial<Record<SettingName, string>>

/** Runs the `tmws` command and resolves with its exit code: 0 done, 1 failed, 2 wrong usage. Never throws. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  let exitCode = 0
  const program = new Command('tmws')
    .description('One shared memory for all your AI agents.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .option('--server', 'run the server without a window')
    .allowExcessArguments(false)
    .exitOverride()
    .showSuggestionAfterError()
    .addHelpText('after', HELP_TAIL)
  for (const option of settingOptions()) program.addOption(option)
  program.action(async (options: Record<string, unknown>) => {
    if (options['server'] === true) exitCode = await runServer(configOf(program))
    else program.outputHelp()
  })
  program
    .command('doctor')
    .description('check Node, ports, data folder, database, model, bridge and discovery; exit code 1 if something is wrong')
    .option('--production', 'also list everything that keeps these settings from starting in production')
    .action(async (options: { production?: boolean }) => {
      const isAsked = options.production === true
      const problems = isAsked ? productionProblems(flagsOf(program)) : []
      // Settings that keep the server from starting leave nothing else to check.
      exitCode = problems.length > 0 ? reportProduction(problems) : await runDoctor(configOf(program), isAsked)
    })
  addAuditCommands(
    program,
    () => configOf(program),
    (code) => (exitCode = code),
  )
  addMovingCommands(
    program,
    (overrides) => configOf(program, overrides),
    (code) => (exitCode = code),
  )
  addConnectCommand(
    program,
    () => configOf(program),
    (code) => (exitCode = code),
  )
  addTokenCommands(
    program,
    () => configOf(program),
    (code) => (exitCode = code),
  )
  try {
    await program.parseAsync([...args], { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    process.stderr.write(`tmws: ${error instanceof AppError ? error.message : messageOf(error)}\n`)
    return 1
  }
}

function configOf(program: Command, overrides: Flags = {}): ServerConfig {
  return loadProcessConfig({ ...flagsOf(program), ...overrides })
}

function flagsOf(program: Command): Flags {
  const options = program.opts<Record<string, unknown>>()
  const flags: Flags = {}
  for (const [name, { flag }] of flaggedSettings()) {
    const value = options[camelCase(flag)]
    if (typeof value === 'string') flags[name] = value
  }
  return flags
}

function settingOptions(): Option[] {
  return flaggedSettings().map(([, { flag, env, effect, kind, default: fallback }]) => {
    const shownDefault = fallback === undefined ? '' : `; default ${String(fallback)}`
    return new Option(`${flag} <value>`, `${effect} (${kind.allowed}${shownDefault}; ${env})`)
  })
}

function flaggedSettings() {
  return (Object.entries(SETTINGS) as [SettingName, (typeof SETTINGS)[SettingName]][]).flatMap(([name, setting]) =>
    setting.flag === undefined ? [] : [[name, { ...setting, flag: setting.flag }] as const],
  )
}

/** How commander names an option: `--api-port` is `apiPort`. */
function camelCase(flag: string): string {
  return flag.replace(/^--/, '').replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}

const HELP_TAIL = `
Every setting also has a variable (see example.env) and a key in the settings file (JSON with comments).
Order: flag, variable, settings file, default.

Examples:
  tmws --server                            run on 127.0.0.1, REST 8000, WebSocket 8001
  tmws --server --api-port 0 --ws-port 0   run on free ports, printed at the start
  tmws connect                             which programs can be wired to it, and which are
  tmws connect cursor                      show the change, ask, and wire it
  tmws doctor                              say what is wrong
  tmws export notes.jsonl.gz               everything in one file; tmws import reads it
  tmws tokens create --agent ci --scope read   a token for a client
  tmws backup                              copy the database; tmws restore puts a copy back
  tmws audit list --outcome denied         what was refused; tmws audit verify checks the log
`
