import { describe, expect, test } from 'vitest'
import { UnusableConfigError, withEntry, withoutEntry } from './config-document.ts'
import type { EntryPath } from './config-document.ts'
import { readToml } from './toml-document.ts'

const PATH: EntryPath = ['mcp_servers', 'tmws']
const ENTRY = { command: 'C:\\n "x".exe', args: ['/b'], env: { TMWS_AGENT_ID: 'codex' } }
const LINES = ['[mcp_servers.tmws]', 'command = "C:\\\\n \\"x\\".exe"', 'args = ["/b"]', 'env = { TMWS_AGENT_ID = "codex" }']
const INLINE = '{ command = "C:\\\\n \\"x\\".exe", args = ["/b"], env = { TMWS_AGENT_ID = "codex" } }'

function added(text: string): string {
  return withEntry(readToml, text, PATH, ENTRY)
}

/** Files whose entry goes to the end, as a table. */
const APPENDED: readonly [string, string][] = [
  [
    'comments, arrays of lines, no line break at the end',
    '# top\nmodel = "x"   # keep\n\n[mcp_servers.a]\ncommand = "npx"\nargs = [ "a",\n  "b", # c\n]\n\n[profiles.z]\nk=1',
  ],
  ['CRLF', '# top\r\nmodel = "x"\r\n\r\n[mcp_servers.a]\r\ncommand = "npx"\r\n'],
  ['a table of servers with inline entries', '[mcp_servers]\na = { command = "x", env = { K = "v" } }\n# end comment\n'],
  ['texts that look like ours', 's = """\n[mcp_servers.tmws]\n"""\nl = \'C:\\x\'\n[[hooks]]\nname="q"\n[[hooks]]\nname="r"\n'],
  [
    'numbers and dates of every kind',
    'f = 1e5\nbig = 9223372036854775807\nhex = 0xFF\nn = nan\nd = 1979-05-27T07:32:00Z\n[t."q r"]\nx.y = 1\n',
  ],
  ['dotted keys', 'mcp_servers.a.command = "x"\nb = 2\n'],
  ['only a comment', '# nothing yet\n'],
]

describe('an entry is added', () => {
  test.each(APPENDED)('at the end: %s', (_, before) => {
    const lineEnd = before.includes('\r\n') ? '\r\n' : '\n'
    const hasEnd = before.endsWith('\n')
    expect(added(before)).toBe(`${before}${hasEnd ? lineEnd : lineEnd + lineEnd}${LINES.join(lineEnd)}${hasEnd ? lineEnd : ''}`)
  })

  test.each(APPENDED)('and taking it out gives the same bytes: %s', (_, before) => {
    expect(withoutEntry(readToml, added(before), PATH, true)).toBe(before)
  })

  test('to an empty file', () => {
    expect(added('')).toBe(`${LINES.join('\n')}\n`)
  })

  test.each([
    [
      'with others',
      'mcp_servers = { a = { command = "x" } } # in\n[tui]\nn = true\n',
      `mcp_servers = { a = { command = "x" }, tmws = ${INLINE} } # in\n[tui]\nn = true\n`,
    ],
    ['without', 'mcp_servers = {}\n', `mcp_servers = { tmws = ${INLINE} }\n`],
  ])('into an inline table %s', (_, before, after) => {
    expect(added(before)).toBe(after)
  })
})

describe('an entry of another is replaced', () => {
  test.each([
    [
      'a table with one below it',
      '[mcp_servers.tmws]\ncommand = "x"\n\n[mcp_servers.tmws.env]\nK = "v"\n\n[z]\na = 1 # z\n',
      `${LINES.join('\n')}\n\n[z]\na = 1 # z\n`,
    ],
    [
      'a key of the table of servers',
      '[mcp_servers]\ntmws = { command = "x" } # t\na = {}\n',
      `[mcp_servers]\ntmws = ${INLINE} # t\na = {}\n`,
    ],
    ['a member of an inline table', 'mcp_servers = { tmws = {}, a = {} }\n', `mcp_servers = { tmws = ${INLINE}, a = {} }\n`],
    ['dotted keys', 'mcp_servers.tmws.command = "x"\nmcp_servers.tmws.args = []\nz = 1\n', `z = 1\n\n${LINES.join('\n')}\n`],
  ])('%s', (_, before, after) => {
    expect(added(before)).toBe(after)
  })
})

test.each([
  [
    'a table between others',
    '[a]\nx = 1\n\n[mcp_servers.tmws]\ncommand = "x" # c\n\n[mcp_servers.tmws.env]\nK = "v"\n\n# of b\n[b]\n',
    '[a]\nx = 1\n\n# of b\n[b]\n',
  ],
  ['a member', 'mcp_servers = { tmws = {}, a = {} }\n', 'mcp_servers = { a = {} }\n'],
  ['the last member', 'mcp_servers = { a = {}, tmws = {} }\n', 'mcp_servers = { a = {} }\n'],
  ['the only member', 'x = 1\nmcp_servers = { tmws = {} }\n', 'x = 1\n'],
])('taken out: %s', (_, before, after) => {
  expect(withoutEntry(readToml, before, PATH, true)).toBe(after)
})

test.each([
  ['a key twice', 'a = 1\na = 2\n', 2, 1],
  ['a header cut off', '[x\n', 2, 1],
  ['a table of servers that is none', 'mcp_servers = 3\n', 1, 1],
  ['a list of tables', '[[mcp_servers]]\na = 1\n', 1, 1],
  ['an inline table with a comma at its end, which TOML 1.0 does not know', 'a = { b = 1, }\n', 1, 14],
])('%s is refused with its place', (_, text, line, column) => {
  expect(() => added(text)).toThrow(UnusableConfigError)
  expect(() => added(text)).toThrow(expect.objectContaining({ line, column }) as Error)
})
