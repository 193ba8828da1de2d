import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { AppError } from '../base/errors.ts'
import { describeDatabase } from '../config/config.ts'
import type { ServerConfig } from '../config/config.ts'
import { embeddedRefusal } from './embedded-policy.ts'
import { INSTALLED, VERSION } from './install-paths.ts'

/** What `tmws doctor` prints of the bridge. */
export interface BridgeFinding {
  readonly subject: 'Bridge'
  readonly verdict: 'ok' | 'note' | 'wrong'
  /** What is so, and for `wrong` what to do. */
  readonly sentence: string
}

const START_BUDGET_MS = 10_000
const REMEDY = 'run npm run build, or install TMWS again'

/** Whether hosts can start the bridge, and what it does while no server runs. Starts both programs, and nothing is written. `standIn` reads what a host's stand-in would be configured with. */
export async function checkBridge(
  standIn: () => ServerConfig,
  files: { readonly bridgeFile: string; readonly fallbackFile: string } = INSTALLED,
): Promise<BridgeFinding[]> {
  const bridge = await tryProgram(files.bridgeFile)
  if (bridge.problem !== undefined) return [wrong(bridge.problem)]
  const starts: BridgeFinding = { subject: 'Bridge', verdict: 'ok', sentence: `${files.bridgeFile} starts in ${bridge.tookMs} ms` }
  const fallback = await tryProgram(files.fallbackFile)
  if (fallback.problem !== undefined) return [starts, wrong(`${fallback.problem}; until then hosts get only errors while no server runs`)]
  const { refusal, place } = read(standIn)
  if (refusal !== undefined) return [starts, { subject: 'Bridge', verdict: 'note', sentence: `needs a running server: ${refusal}` }]
  return [
    starts,
    {
      subject: 'Bridge',
      verdict: 'ok',
      sentence: `while no server runs, it serves from ${place} itself (starts in ${fallback.tookMs} ms)`,
    },
  ]
}

function read(standIn: () => ServerConfig): { readonly refusal?: string; readonly place?: string } {
  try {
    const config = standIn()
    const refusal = embeddedRefusal(config)
    return refusal === undefined ? { place: describeDatabase(config.database) ?? 'the database' } : { refusal }
  } catch (error) {
    if (error instanceof AppError) return { refusal: error.message }
    throw error
  }
}

function wrong(sentence: string): BridgeFinding {
  return { subject: 'Bridge', verdict: 'wrong', sentence }
}

/** Asks a program for its version, as this Node or this Electron starts it. */
function tryProgram(file: string): Promise<{ readonly tookMs: number; readonly problem?: string }> {
  if (!existsSync(file)) return Promise.resolve({ tookMs: 0, problem: `${file} is not there; ${REMEDY}` })
  const startedAt = performance.now()
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [file, '--version'],
      { timeout: START_BUDGET_MS, windowsHide: true },
      (error, stdout, stderr) => {
        const tookMs = Math.round(performance.now() - startedAt)
        const said = stdout.trim()
        if (error) resolve({ tookMs, problem: `${file} does not start (${firstLine(stderr) || error.message}); ${REMEDY}` })
        else if (said !== VERSION) resolve({ tookMs, problem: `${file} is of version ${said}, the server of ${VERSION}; ${REMEDY}` })
        else resolve({ tookMs })
      },
    )
    child.stdin?.end()
  })
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? ''
}
