import { gzipSync } from 'node:zlib'
import { oddValue } from '../faults/odd-values.ts'
import type { SeededRandom } from '../faults/seeded-random.ts'
import { signs } from './schema-texts.ts'

/** A file to import: `exported` whole and damaged, right ones of the MCP memory server, half ones, packed ones, and what is no file at all. */
export function importFile(random: SeededRandom, exported: readonly string[]): Buffer {
  const text = random.pick([
    () => exported.join('\n'),
    () => damaged(random, exported).join('\n'),
    () => damaged(random, damaged(random, exported)).join('\n'),
    () => entity(random),
    () => `${entity(random)}{"type":"relation","from":"Ada","to":"Ada","relationType":"knows"}\n`,
    () => `${entity(random)}${oddValue(random, 1)}\n`,
    () => oddValue(random, 2),
    () => '{"kind":"header","format":"tmws","version":1}\n',
    () => '{"format":"tmws-export","version":99}\n{"kind":"memory"}\n',
    () => entity(random).slice(0, -10),
    () => '\n\n\n',
    () => '\ufeff{}',
    () => '',
  ])()
  const bytes = Buffer.from(text)
  return random.weighted([
    [6, bytes],
    [2, gzipSync(bytes)],
    [1, gzipSync(bytes).subarray(0, -3)],
    [1, Buffer.concat([Buffer.from([0x1f, 0x8b]), random.bytes(40)])],
    [1, random.bytes(random.whole(1, 200))],
    [1, gzipSync(Buffer.alloc(2_000_000, 'a'))],
  ])
}

/** One line changed, gone, or there twice. */
function damaged(random: SeededRandom, lines: readonly string[]): string[] {
  const at = random.whole(0, Math.max(0, lines.length - 1))
  const line = lines[at] ?? ''
  const others = (...changed: string[]): string[] => [...lines.slice(0, at), ...changed, ...lines.slice(at + 1)]
  return random.pick([
    () => others(),
    () => others(line, line),
    () => others(line.slice(0, random.whole(0, line.length))),
    () => others(line.replace(/:("[^"]*"|\d+|null)/g, (whole) => (random.chance(0.15) ? `:${oddValue(random, at)}` : whole))),
  ])()
}

function entity(random: SeededRandom): string {
  const record = { type: 'entity', name: `Ada ${signs(random, 2)}`, entityType: 'person', observations: ['likes tea', signs(random, 12)] }
  return `${JSON.stringify(record)}\n`
}
