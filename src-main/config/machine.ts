import { homedir } from 'node:os'
import { readMachineVariables } from './env.ts'

/** The machine as programs beside us see it: where its user's files are, and what is on the search path. */
export interface Machine {
  readonly platform: 'darwin' | 'win32' | 'linux'
  readonly home: string
  /** Variables that say where programs and their settings lie; no other is here. */
  readonly env: Readonly<Record<string, string>>
}

/** Every other Unix is like Linux for what is asked here. */
export function thisMachine(): Machine {
  const { platform } = process
  return { platform: platform === 'darwin' || platform === 'win32' ? platform : 'linux', home: homedir(), env: readMachineVariables() }
}
