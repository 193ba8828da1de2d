// Makes every icon of the app from resources/icons/tmws.svg: `npm run icons`. What it makes is committed, so that a build needs no tool
// for it; a test compares the two.
import { initWasm, Resvg } from '@resvg/resvg-wasm'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import png2icons from 'png2icons'

const ROOT = join(import.meta.dirname, '..', '..')
export const ICONS = join(ROOT, 'resources', 'icons')
const PNG_SIZES = [16, 32, 48, 64, 128, 256, 512] as const
/** macOS draws icons with air around them: 824 of 1024 points. */
const MAC_VIEW_BOX = '-2.91 -2.91 29.82 29.82'
const TRAY_POINTS = 16
/** Of the dot that says "degraded", on the rounded square of 24. */
const DOT = '<circle cx="19" cy="19" r="4.2" fill="#e0a100" stroke="#fff" stroke-width="1.2" />'

/** Every icon by its path under resources/icons. The same input gives the same bytes. */
export async function makeIcons(): Promise<Map<string, Uint8Array>> {
  await initWasm(readFileSync(createRequire(import.meta.url).resolve('@resvg/resvg-wasm/index_bg.wasm')))
  const svg = readFileSync(join(ICONS, 'tmws.svg'), 'utf8')
  const icons = new Map<string, Uint8Array>()
  for (const size of PNG_SIZES) icons.set(`png/${size}x${size}.png`, draw(svg, size))
  icons.set('icon.ico', container(png2icons.createICO(Buffer.from(draw(svg, 256)), png2icons.BICUBIC2, 0, true, true)))
  icons.set('icon.icns', container(png2icons.createICNS(Buffer.from(draw(withViewBox(svg, MAC_VIEW_BOX), 1024)), png2icons.BICUBIC2, 0)))
  for (const [status, drawing] of [
    ['running', svg],
    ['degraded', svg.replace('</svg>', `${DOT}</svg>`)],
  ] as const) {
    for (const [suffix, factor] of [
      ['', 1],
      ['@2x', 2],
    ] as const) {
      icons.set(`tray-${status}${suffix}.png`, draw(drawing, TRAY_POINTS * factor))
      icons.set(`tray-${status}-Template${suffix}.png`, draw(template(svg, status === 'degraded'), TRAY_POINTS * factor))
    }
    icons.set(`tray-${status}.ico`, container(png2icons.createICO(Buffer.from(draw(drawing, 64)), png2icons.BICUBIC2, 0, true, false)))
  }
  return icons
}

function draw(svg: string, width: number): Uint8Array {
  return new Resvg(svg, { fitTo: { mode: 'width', value: width } }).render().asPng()
}

function withViewBox(svg: string, viewBox: string): string {
  return svg.replace(/viewBox="[^"]*"/, `viewBox="${viewBox}"`)
}

/** Black strokes on nothing, which macOS colours as its bar needs; with a dot where something is wrong. */
function template(svg: string, hasDot: boolean): string {
  const strokes = svg.replace(/<rect[^>]*\/>/, '').replaceAll(/stroke="#[0-9a-f]+"/g, 'stroke="#000"')
  const dot = hasDot ? '<circle cx="20" cy="20" r="2.8" fill="#000" />' : ''
  return withViewBox(strokes, '1 1 22 22').replace('</svg>', `${dot}</svg>`)
}

function container(icon: Buffer | null): Uint8Array {
  if (!icon) throw new Error('png2icons could not make the icon.')
  return icon
}

if (import.meta.main) {
  for (const [path, bytes] of await makeIcons()) {
    mkdirSync(dirname(join(ICONS, path)), { recursive: true })
    writeFileSync(join(ICONS, path), bytes)
    console.log(`${path} ${bytes.length}`)
  }
}
