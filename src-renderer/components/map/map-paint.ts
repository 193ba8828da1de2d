import { PALETTE } from '../../model/map/map-colors.ts'
import type { Paint, Rgba } from './point-renderer.ts'

/** The colours of the page as numbers, as they are in the theme of this moment. */
export function readPaint(near: HTMLElement): Paint {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 1
  const context = canvas.getContext('2d', { willReadFrequently: true })
  const probe = document.createElement('span')
  near.append(probe)
  const read = (color: string, alpha: number): Rgba => {
    probe.style.color = color
    if (!context) return [0.5, 0.5, 0.5, alpha]
    context.clearRect(0, 0, 1, 1)
    context.fillStyle = getComputedStyle(probe).color
    context.fillRect(0, 0, 1, 1)
    const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data
    return [red / 255, green / 255, blue / 255, alpha]
  }
  const paint = { palette: PALETTE.map((color) => read(color, 0.9)), dimmed: read('var(--text-3)', 0.16), outline: read('var(--text)', 1) }
  probe.remove()
  return paint
}
