import type { SeededRandom } from './seeded-random.ts'

/** Texts that stand for an id in a message. `number` makes them differ from case to case. */
export function oddId(random: SeededRandom, number: number): string {
  const make: (() => string)[] = [
    () => `${number}.5`,
    () => `-${number}`,
    () => `${number}e0`,
    () => `${number}0e-1`,
    () => '-0',
    () => '1e400',
    () => '9007199254740993',
    () => `${number}`.repeat(random.pick([30, 30, 2_000])),
    () => 'null',
    () => 'true',
    () => '[]',
    () => `{"id":${number}}`,
    () => `[${number}]`,
    () => '""',
    () => `"${number}"`,
    () => `"${'i'.repeat(256 - String(number).length)}${number}"`,
    () => `"${'i'.repeat(257 - String(number).length)}${number}"`,
    () => `"${number}${'x'.repeat(often(random, 1_000, 100_000))}"`,
    () => `"\\ud800-${number}"`,
    () => `"\\u0000${number}"`,
    () => `"${number}\\n\\r\\t\\u2028"`,
    () => `"😀${number}"`,
    () => `"tmws-bridge:replay:${random.whole(1, 3)}"`,
    () => `"${random.pick(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])}"`,
  ]
  return random.pick(make)()
}

/** JSON of a wrong kind, a strange size or a strange content. Always JSON. */
export function oddValue(random: SeededRandom, number: number): string {
  const make: (() => string)[] = [
    () => 'null',
    () => '7',
    () => '-1e-400',
    () => '1e400',
    () => 'true',
    () => '"text"',
    () => '""',
    () => '[]',
    () => '{}',
    () => `[${number},[],{}]`,
    () => '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
    () => '{"toString":1,"hasOwnProperty":null,"then":"x"}',
    () => '{"a":1,"a":2,"a":{}}',
    () => nested(random),
    () => `{"${'k'.repeat(often(random, 500, 50_000))}":1}`,
    () => `{${Array.from({ length: often(random, 10, 2_000) }, (_, index) => `"k${index}":${index}`).join(',')}}`,
    () => `"${'v'.repeat(often(random, 1_000, 60_000))}"`,
    () => '"\\ud800"',
    () => '"\\udc00\\ud800\\u0000\\u0007\\u007f"',
    () => '"\u202e😀\ufeff\u2028"',
    () => '{"_meta":7}',
    () => '{"_meta":{"progressToken":{"deep":[1]}}}',
    () => `{"_meta":{"progressToken":"p${number}"}}`,
    () => '{"_meta":{"io.modelcontextprotocol/protocolVersion":"1999-01-01"}}',
    () => '{"_meta":{"io.modelcontextprotocol/protocolVersion":["2026-07-28"]}}',
    () => `{"cursor":"${number}"}`,
    () => `{"uri":"memory://${random.pick(['recent', 'nope', '%00', '../../etc', '__proto__'])}"}`,
    () => `{"requestId":"nobody-${number}"}`,
  ]
  return random.pick(make)()
}

/** Lists or objects in each other, from a few to far deeper than any stack. */
function nested(random: SeededRandom): string {
  const depth = random.weighted([
    [12, random.whole(2, 200)],
    [3, random.whole(200, 5_000)],
    [1, random.whole(5_000, 40_000)],
  ])
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
    ['[{"a":', '}]'],
  ] as const)
  return `${open.repeat(depth)}1${close.repeat(depth)}`
}

/** Large things are slow, and a few of them show as much as many. */
function often(random: SeededRandom, small: number, large: number): number {
  return random.chance(0.1) ? large : small
}
