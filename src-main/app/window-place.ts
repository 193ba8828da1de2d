import { screen } from 'electron'
import type { BrowserWindow, Rectangle } from 'electron'
import type { DesktopState, WindowPlace } from './desktop-state.ts'

export const SMALLEST = { width: 1024, height: 700 } as const
const AT_FIRST = { width: 1280, height: 800 } as const
/** Of the bar of the window that must be on a screen, so that it can be dragged, in points. */
const MIN_VISIBLE = { width: 120, height: 40 } as const
/** Moving and sizing come in floods. */
const SETTLE_MS = 500

/** The place to open at: the remembered one if a screen of now shows enough of it, else the system's choice. */
export function placeOnScreens(
  remembered: WindowPlace | undefined,
  areas: readonly Rectangle[],
): { readonly width: number; readonly height: number; readonly x?: number; readonly y?: number } {
  const shown = remembered && areas.find((area) => isDraggable(remembered, area))
  if (!remembered || !shown) return AT_FIRST
  return {
    x: remembered.x,
    y: remembered.y,
    width: within(remembered.width, SMALLEST.width, shown.width),
    height: within(remembered.height, SMALLEST.height, shown.height),
  }
}

export function placeNow(state: DesktopState): ReturnType<typeof placeOnScreens> {
  return placeOnScreens(
    state.facts.window,
    screen.getAllDisplays().map(({ workArea }) => workArea),
  )
}

/** Keeps the place of a window, and whether it is maximized, as the person leaves it. */
export function rememberPlace(window: BrowserWindow, state: DesktopState): void {
  let timer: NodeJS.Timeout | undefined
  const keep = (): void => {
    clearTimeout(timer)
    if (!window.isDestroyed() && !window.isMinimized())
      state.change({ window: { ...window.getNormalBounds(), isMaximized: window.isMaximized() } })
  }
  const keepSoon = (): void => {
    clearTimeout(timer)
    timer = setTimeout(keep, SETTLE_MS).unref()
  }
  window.on('resize', keepSoon)
  window.on('move', keepSoon)
  window.on('close', keep)
}

function isDraggable(place: WindowPlace, area: Rectangle): boolean {
  const width = Math.min(place.x + place.width, area.x + area.width) - Math.max(place.x, area.x)
  return width >= MIN_VISIBLE.width && place.y >= area.y && place.y + MIN_VISIBLE.height <= area.y + area.height
}

function within(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most))
}
