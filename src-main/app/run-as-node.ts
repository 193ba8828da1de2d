import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { inheritedEnvironment } from '../config/process-config.ts'
import { INSTALLED } from '../server/install-paths.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** Exit codes of a process that a signal ended begin here. */
const SIGNALLED = 128
const NUMBERS: Readonly<Partial<Record<NodeJS.Signals, number>>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 }

/**
 * Runs the `tmws` command in this same program as plain Node, on our terminal, and resolves with its exit code. Signals that we get are
 * passed on; the command decides when it is done. What is in the app's archive is read by Electron's Node as if it were files.
 */
export function runCommandAsNode(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [join(INSTALLED.root, 'out', 'main', 'tmws.js'), ...args], {
    stdio: 'inherit',
    env: inheritedEnvironment({ ELECTRON_RUN_AS_NODE: '1' }),
    windowsHide: false,
  })
  for (const signal of SIGNALS) process.on(signal, () => child.kill(signal))
  return new Promise((resolve) => {
    child.once('error', (error) => {
      process.stderr.write(`tmws: the command could not be started (${error.message}).\n`)
      resolve(1)
    })
    child.once('exit', (code, signal) => resolve(code ?? SIGNALLED + (NUMBERS[signal ?? 'SIGTERM'] ?? 0)))
  })
}
