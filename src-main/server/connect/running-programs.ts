import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Machine } from '../../config/machine.ts'

const LOOK_BUDGET_MS = 5_000

/** Whether a program of one of these names runs. False where that cannot be found out: it only makes a warning better. */
export async function isProgramRunning(names: readonly string[], { platform, env }: Machine): Promise<boolean> {
  const running = platform === 'linux' ? namesInProc() : await namesFrom(...listCommand(platform, env))
  return running.some((name) => names.includes(name))
}

function listCommand(platform: Machine['platform'], env: Machine['env']): [string, string[]] {
  if (platform === 'win32') return [join(env['SYSTEMROOT'] ?? 'C:\\Windows', 'System32', 'tasklist.exe'), ['/FO', 'CSV', '/NH']]
  return ['/bin/ps', ['-axo', 'comm=']]
}

function namesFrom(command: string, args: string[]): Promise<string[]> {
  return new Promise((resolve) => {
    execFile(command, args, { timeout: LOOK_BUDGET_MS, windowsHide: true, maxBuffer: 4 * 1024 * 1024 }, (_, stdout) =>
      resolve(stdout.split(/\r?\n/).map((line) => basename(/^"([^"]+)"/.exec(line)?.[1] ?? line.trim()))),
    )
  })
}

function namesInProc(): string[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => nameOf(pid))
  } catch {
    // No such folder, as on the other Unixes.
    return []
  }
}

function nameOf(pid: string): string {
  try {
    return readFileSync(join('/proc', pid, 'comm'), 'utf8').trim()
  } catch {
    // It has ended meanwhile.
    return ''
  }
}
