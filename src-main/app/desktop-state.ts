import { readFileSync } from 'node:fs'
import { writePrivateText } from '../base/private-files.ts'
import type { ThemeChoice } from '../contract/ipc.ts'

/** Where the window was, in points of the screen. */
export interface WindowPlace {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly isMaximized: boolean
}

/** What the app remembers of itself. Nothing of it matters to the server. */
export interface DesktopFacts {
  readonly window?: WindowPlace
  /** Whether the person has been told that the app stays when its window is closed. */
  readonly hasSaidItStays: boolean
  readonly checksForUpdates: boolean
  readonly theme: ThemeChoice
}

const AT_FIRST: DesktopFacts = { hasSaidItStays: false, checksForUpdates: false, theme: 'system' }

/** The facts in `desktop.json`. A file that is missing or damaged means the facts of a first start: nothing in it is worth a question. */
export class DesktopState {
  readonly #file: string
  readonly #onProblem: (error: unknown) => void
  #facts: DesktopFacts

  constructor(file: string, onProblem: (error: unknown) => void) {
    this.#file = file
    this.#onProblem = onProblem
    this.#facts = readFacts(file)
  }

  get facts(): DesktopFacts {
    return this.#facts
  }

  /** What could not be written is forgotten at the next start, and told to `onProblem`. */
  change(change: Partial<DesktopFacts>): void {
    this.#facts = { ...this.#facts, ...change }
    try {
      writePrivateText(this.#file, `${JSON.stringify(this.#facts, null, 2)}\n`)
    } catch (error) {
      this.#onProblem(error)
    }
  }
}

function readFacts(file: string): DesktopFacts {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return AT_FIRST
  }
  if (typeof value !== 'object' || value === null) return AT_FIRST
  const read = value as Partial<Record<keyof DesktopFacts, unknown>> // each is looked at below
  return {
    hasSaidItStays: read.hasSaidItStays === true,
    checksForUpdates: read.checksForUpdates === true,
    theme: isThemeChoice(read.theme) ? read.theme : 'system',
    ...(isPlace(read.window) && { window: read.window }),
  }
}

export function isThemeChoice(value: unknown): value is ThemeChoice {
  return value === 'system' || value === 'light' || value === 'dark'
}

function isPlace(value: unknown): value is WindowPlace {
  if (typeof value !== 'object' || value === null) return false
  const place = value as Partial<Record<keyof WindowPlace, unknown>> // each is looked at here
  return [place.x, place.y, place.width, place.height].every(Number.isSafeInteger) && typeof place.isMaximized === 'boolean'
}
