import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { AGENT_COLORS } from '../format/agent-color.ts'

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8')
const GROUNDS = ['--bg', '--bg-side', '--bg-raised', '--bg-hover', '--bg-selected']

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  const contrast = (a: string, b: string) => {
    const [high, low] = [luminance(colorOf(a, theme)), luminance(colorOf(b, theme))].sort((x, y) => y - x) as [number, number]
    return (high + 0.05) / (low + 0.05)
  }

  test.each(GROUNDS)('text of every strength is readable on %s', (ground) => {
    for (const text of ['--text', '--text-2', '--text-3', '--accent']) expect(contrast(text, ground), text).toBeGreaterThanOrEqual(4.5)
  })

  test('states are readable where they are written', () => {
    for (const text of ['--warn', '--error']) expect(contrast(text, '--bg'), text).toBeGreaterThanOrEqual(4.5)
    for (const ground of ['--warn-soft', '--error-soft', '--added-soft']) {
      expect(contrast('--text', ground), ground).toBeGreaterThanOrEqual(4.5)
      expect(contrast('--text-2', ground), ground).toBeGreaterThanOrEqual(4.5)
    }
    expect(contrast('--on-accent', '--accent-fill')).toBeGreaterThanOrEqual(4.5)
    expect(contrast('--bg', '--text')).toBeGreaterThanOrEqual(4.5)
  })

  test('agent colours and state dots stand out from every ground', () => {
    const marks = [...Array.from({ length: AGENT_COLORS }, (_, n) => `--agent-${n}`), '--ok', '--warn', '--error']
    for (const mark of marks) for (const ground of GROUNDS) expect(contrast(mark, ground), `${mark} on ${ground}`).toBeGreaterThanOrEqual(3)
  })
})

interface Oklch {
  readonly l: number
  readonly c: number
  readonly h: number
}

function colorOf(name: string, theme: 'light' | 'dark'): Oklch {
  const pair = new RegExp(String.raw`${name}: light-dark\(oklch\(([^)]*)\), oklch\(([^)]*)\)\)`).exec(css)
  const [l, c, h] = (pair?.[theme === 'light' ? 1 : 2] ?? '').split(' ').map(Number)
  if (l === undefined || c === undefined || h === undefined) throw new Error(`${name} is not a pair of oklch colours`)
  return { l, c, h }
}

/** Relative luminance (WCAG 2.2) of an OKLCH colour, by the matrices of https://bottosson.github.io/posts/oklab/. */
function luminance({ l, c, h }: Oklch): number {
  const a = c * Math.cos((h * Math.PI) / 180)
  const b = c * Math.sin((h * Math.PI) / 180)
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const medium = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3
  const red = clamp(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short)
  const green = clamp(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short)
  const blue = clamp(-0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short)
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function clamp(value: number): number {
  return Math.max(0, Math.min(1, value))
}
