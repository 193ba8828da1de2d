import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

export interface NpmOutcome {
  readonly stdout: string
  readonly stderr: string
}

const LIMITS = { maxBuffer: 128 * 1024 * 1024, timeout: 120_000 }

/** Runs npm: the one that runs us, or that of the machine. Throws when there is none, or when it fails; the error has its output. */
export function runNpm(root: string, args: readonly string[]): Promise<NpmOutcome> {
  const program = process.env['npm_execpath']
  const run = promisify(execFile)
  const options = { cwd: root, ...LIMITS }
  return program !== undefined && /\.c?js$/.test(program)
    ? run(process.execPath, [program, ...args], options)
    : run('npm', [...args], { ...options, shell: process.platform === 'win32' })
}
