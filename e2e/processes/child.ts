import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'

export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

const alive = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of alive) child.signal('SIGKILL')
})

/** A process that a test started: its output, its end, and the promise that it does not outlive the test. */
export class ChildProcess {
  readonly ended: Promise<Ending>
  readonly #child: ChildProcessWithoutNullStreams
  #stdout = ''
  #stderr = ''

  constructor(command: string, args: readonly string[], options: { readonly env: NodeJS.ProcessEnv; readonly cwd?: string }) {
    this.#child = spawn(command, args, { ...options, stdio: 'pipe' })
    alive.add(this)
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text))
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text))
    // Writing to a process that has just ended is not what a test is about.
    this.#child.stdin.on('error', () => undefined)
    this.ended = once(this.#child, 'close').then(([code, signal]) => {
      alive.delete(this)
      return { code: code as number | null, signal: signal as NodeJS.Signals | null } // as Node documents the event
    })
    this.ended.catch(() => alive.delete(this))
  }

  get pid(): number {
    return this.#child.pid ?? -1
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  get stdout(): string {
    return this.#stdout
  }

  get stderr(): string {
    return this.#stderr
  }

  /** Hands on what the process writes to its output, from now on, as it comes. */
  onOutput(listener: (text: string) => void): void {
    this.#child.stdout.on('data', listener)
  }

  write(text: string | Buffer): void {
    this.#child.stdin.write(text)
  }

  endInput(): void {
    this.#child.stdin.end()
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Ends it at once, and waits until it is gone. */
  async kill(): Promise<Ending> {
    if (this.isRunning) this.signal('SIGKILL')
    return this.ended
  }
}

export interface Finished extends Ending {
  readonly stdout: string
  readonly stderr: string
}

/** Runs a Node program to its end. A program that takes longer than `timeoutMs` is killed and fails the test. */
export async function runNode(
  args: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly cwd?: string; readonly timeoutMs?: number },
): Promise<Finished> {
  const child = new ChildProcess(process.execPath, args, options)
  child.endInput()
  const timeoutMs = options.timeoutMs ?? 30_000
  const timer = setTimeout(() => child.signal('SIGKILL'), timeoutMs)
  const ending = await child.ended
  clearTimeout(timer)
  if (ending.signal === 'SIGKILL') throw new Error(`${args.join(' ')} did not end within ${timeoutMs} ms\n${child.stdout}\n${child.stderr}`)
  return { ...ending, stdout: child.stdout, stderr: child.stderr }
}

/** The environment of this machine without what would make a test depend on it; the home folder is `home`. */
export function cleanEnvironment(home: string, extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(TMWS_|PW_|PLAYWRIGHT_|NODE_OPTIONS$|XDG_|FORCE_COLOR$|DISPLAY$|WAYLAND_DISPLAY$)/.test(name),
  )
  return { ...Object.fromEntries(kept), HOME: home, ...extra }
}
