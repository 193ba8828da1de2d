import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, dirname, isAbsolute, join } from 'node:path'
import { AppError } from '../../base/errors.ts'
import type { Machine } from '../../config/machine.ts'

/** How long one call of the command may take, in milliseconds: it is a program of some size. */
const CALL_BUDGET_MS = 60_000
const OUTPUT_BYTES = 1024 * 1024

/** Where Claude Code's own command is, on the search path or where its installers put it; a window's search path is short. */
export function findClaudeCommand({ platform, home, env }: Machine): string | undefined {
  const name = platform === 'win32' ? 'claude.exe' : 'claude'
  const usual = [
    join(home, '.local', 'bin'),
    join(home, '.claude', 'local'),
    ...(platform === 'win32' ? [] : ['/opt/homebrew/bin', '/usr/local/bin']),
  ]
  const folders = [...(env['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder)), ...usual]
  return folders.map((folder) => join(folder, name)).find(isProgram)
}

/** Runs it with a list of arguments, never through a shell. Throws `unavailable` with what it said when it fails. */
export function runClaudeCommand(command: string, args: readonly string[], { platform, home, env }: Machine): Promise<void> {
  const path = [dirname(command), env['PATH'] ?? ''].join(delimiter)
  const homeName = platform === 'win32' ? 'USERPROFILE' : 'HOME'
  return new Promise((resolve, reject) => {
    const options = {
      cwd: home,
      env: { ...env, [homeName]: home, PATH: path },
      timeout: CALL_BUDGET_MS,
      maxBuffer: OUTPUT_BYTES,
      windowsHide: true,
      shell: false,
    }
    const child = execFile(command, [...args], options, (error, stdout, stderr) => {
      if (!error) {
        resolve()
        return
      }
      const said = (stderr || stdout || error.message).trim().slice(0, 500)
      reject(new AppError('unavailable', `${command} ${args.slice(0, 2).join(' ')} failed: ${said}`, { cause: error }))
    })
    child.stdin?.end()
  })
}

function isProgram(file: string): boolean {
  try {
    if (!existsSync(file)) return false
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
