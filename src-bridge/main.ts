import { join } from 'node:path'
import { runBridge } from './bridge.ts'
import { diagnose } from './diagnosis.ts'
import { HELP } from './help.ts'
import { createStderrLog } from '../src-main/base/stderr-log.ts'
import { readCommand } from './options.ts'
import type { BridgeOptions } from './options.ts'
import { embeddedEnvironment } from './embedded-environment.ts'
import type { EmbeddedProgram } from './embedded-process.ts'
import { openLane } from './open-lane.ts'
import { claimStdout } from '../src-main/base/stdout-guard.ts'
import { DEFAULT_TIMINGS } from './timings.ts'
import { BRIDGE_VERSION } from './version.ts'

/** The program that serves from the store, where the package has it: beside the bridge's own folder. */
const FALLBACK_FILE = join(import.meta.dirname, '..', 'fallback', 'fallback.js')

/** Entry of the bridge process, and its only reader of the environment. Exit codes: 0 done, 1 failed, 2 a wrong setting. */
const command = readCommand(process.argv.slice(2), process.env)
switch (command.kind) {
  case 'help':
    process.stdout.write(HELP)
    break
  case 'version':
    process.stdout.write(`${BRIDGE_VERSION}\n`)
    break
  case 'refuse':
    process.stderr.write(`tmws-bridge: ${command.sentence}\n`)
    process.exitCode = 2
    break
  case 'test':
    void diagnose(command.options, programFor(command.options), DEFAULT_TIMINGS, (line) => process.stdout.write(`${line}\n`)).then(
      (works) => process.exit(works ? 0 : 1),
    )
    break
  case 'run':
    run(command.options)
}

function run(options: BridgeOptions): void {
  const output = claimStdout()
  const log = createStderrLog(process.stderr, options.logLevel, 'tmws-bridge')
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      process.stderr.write(`tmws-bridge error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
      process.exit(1)
    })
  }
  const bridge = runBridge({
    input: process.stdin,
    output,
    lane: openLane(options, programFor(options), DEFAULT_TIMINGS, log),
    log,
    timings: DEFAULT_TIMINGS,
  })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => bridge.stop(signal))
  void bridge.ended.then(() => process.exit(0))
}

function programFor({ identity }: BridgeOptions): EmbeddedProgram {
  return { file: FALLBACK_FILE, env: embeddedEnvironment(process.env, identity) }
}
