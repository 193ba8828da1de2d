import fc from 'fast-check'

/** White space and comments as people leave them between two tokens. */
function trivia(lineEnd: string, comments: boolean): fc.Arbitrary<string> {
  const blanks = ['', '', ' ', lineEnd, `${lineEnd}  `, `${lineEnd}\t`, `${lineEnd}${lineEnd}    `]
  const notes = [
    '/* "tmws": { } */',
    ` // note, with a comma${lineEnd}`,
    `${lineEnd}  // "mcpServers": {}${lineEnd}  `,
    `/*${lineEnd} * }${lineEnd} */`,
  ]
  return fc.constantFrom(...blanks, ...(comments ? notes : []))
}

const words = fc.constantFrom('a', 'command', 'env', 'x y', 'quo\\"te', '\\u006dcp', 'ключ', '//no', '🦊')
const scalars = fc.constantFrom('1', '-0.5e10', 'true', 'null', '"text"', '"C:\\\\x // y"', '"}, "', '12345678901234567890')

function joined(
  parts: readonly (readonly [string, string, string])[],
  open: string,
  close: string,
  lastComma: boolean,
  gap: string,
): string {
  const body = parts.map(([before, item, after]) => before + item + after).join(',')
  return `${open}${body}${lastComma && parts.length > 0 ? ',' : ''}${gap}${close}`
}

/** Texts of valid configurations with every layout that JSON with comments allows, with or without our table of servers. */
export function randomConfigs(options: { comments: boolean; trailingCommas: boolean }): fc.Arbitrary<string> {
  return fc.constantFrom('\n', '\r\n').chain((lineEnd) => {
    const gap = trivia(lineEnd, options.comments)
    const lastComma = options.trailingCommas ? fc.boolean() : fc.constant(false)
    const object = (member: fc.Arbitrary<string>, key: fc.Arbitrary<string> = words): fc.Arbitrary<string> =>
      fc
        .tuple(fc.uniqueArray(fc.tuple(gap, key, gap, gap, member, gap), { maxLength: 4, selector: ([, name]) => name }), lastComma, gap)
        .map(([members, comma, end]) =>
          joined(
            members.map(([before, name, one, two, value, after]) => [before, `"${name}"${one}:${two}${value}`, after]),
            '{',
            '}',
            comma,
            end,
          ),
        )
    const list = (item: fc.Arbitrary<string>): fc.Arbitrary<string> =>
      fc
        .tuple(fc.array(fc.tuple(gap, item, gap), { maxLength: 3 }), lastComma, gap)
        .map(([items, comma, end]) => joined(items, '[', ']', comma, end))
    const { value } = fc.letrec<{ value: string }>((tie) => ({
      value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalars, object(tie('value')), list(tie('value'))),
    }))
    const root = fc.oneof(
      object(value),
      fc
        .tuple(gap, object(value), fc.array(fc.tuple(gap, value), { maxLength: 2 }), gap, gap)
        .map(([before, servers, others, after, end]) =>
          joined(
            [
              [before, `"mcpServers":${servers}`, after],
              ...others.map(([one, item], i): [string, string, string] => [one, `"k${i}":${item}`, '']),
            ],
            '{',
            '}',
            false,
            end,
          ),
        ),
    )
    return fc.tuple(gap, root, gap).map(([before, text, after]) => before + text + after)
  })
}
