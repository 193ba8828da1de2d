import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UnusableConfigError, withEntry, withoutEntry } from './config-document.ts'
import type { EntryPath } from './config-document.ts'
import { jsonReader } from './json-document.ts'
import { randomConfigs } from './testing/random-configs.ts'

const read = jsonReader({ comments: true, trailingCommas: true })
const strict = jsonReader({ comments: false, trailingCommas: false })
const PATH: EntryPath = ['mcpServers', 'tmws']
const ENTRY = { command: '/n', args: ['/b'] }

function added(text: string): string {
  return withEntry(read, text, PATH, ENTRY)
}

describe('an entry is added', () => {
  test.each([
    [
      'an empty file',
      '',
      '{\n  "mcpServers": {\n    "tmws": {\n      "command": "/n",\n      "args": [\n        "/b"\n      ]\n    }\n  }\n}\n',
    ],
    ['a file on one line', '{"a":1,"mcpServers":{"x":{}}}', '{"a":1,"mcpServers":{"x":{},"tmws":{"command":"/n","args":["/b"]}}}'],
    ['a spaced line', '{ "a": 1 }', '{ "a": 1, "mcpServers": { "tmws": { "command": "/n", "args": [ "/b" ] } } }'],
    [
      'tabs, CRLF and no line break at the end',
      '{\r\n\t"mcpServers": {\r\n\t\t"x": {}\r\n\t}\r\n}',
      '{\r\n\t"mcpServers": {\r\n\t\t"x": {},\r\n\t\t"tmws": {\r\n\t\t\t"command": "/n",\r\n\t\t\t"args": [\r\n\t\t\t\t"/b"\r\n\t\t\t]\r\n\t\t}\r\n\t}\r\n}',
    ],
    [
      'a trailing comma and comments',
      '{\n  // ours\n  "mcpServers": {\n    "x": {}, // the first\n    // none more\n  },\n}\n',
      '{\n  // ours\n  "mcpServers": {\n    "x": {}, // the first\n    "tmws": {\n      "command": "/n",\n      "args": [\n        "/b"\n      ]\n    },\n    // none more\n  },\n}\n',
    ],
    [
      'a comment behind the last line',
      '{\n    "a": 1 // one\n}',
      '{\n    "a": 1, // one\n    "mcpServers": {\n        "tmws": {\n            "command": "/n",\n            "args": [\n                "/b"\n            ]\n        }\n    }\n}',
    ],
    [
      'an empty table with a comment',
      '{\n  "mcpServers": {\n    // none yet\n  }\n}\n',
      '{\n  "mcpServers": {\n    // none yet\n    "tmws": {\n      "command": "/n",\n      "args": [\n        "/b"\n      ]\n    }\n  }\n}\n',
    ],
  ])('to %s', (_, before, after) => {
    expect(added(before)).toBe(after)
  })

  test('in place of one that is there, keeping what is around', () => {
    const before = '{\n  "mcpServers": { "tmws": 1, /* keep */ "x": 2 }\n}\n'
    expect(added(before)).toBe('{\n  "mcpServers": { "tmws": { "command": "/n", "args": [ "/b" ] }, /* keep */ "x": 2 }\n}\n')
  })
})

describe('is refused with its place', () => {
  test.each([
    ['a file cut off', '{\n  "a": {', 2, 9],
    ['a missing comma', '{\n  "a": 1\n  "b": 2\n}', 3, 3],
    ['a list', '[]', 1, 1],
    ['a table that is a list', '{\n "mcpServers": [] }', 2, 16],
    ['two tables of servers', '{"mcpServers":{},"mcpServers":{}}', 1, 18],
    ['two entries of our name', '{"mcpServers":{"tmws":1,"tmws":2}}', 1, 25],
    ['two documents', '{}\n{}', 2, 1],
  ])('%s', (_, text, line, column) => {
    expect(() => added(text)).toThrow(UnusableConfigError)
    expect(() => added(text)).toThrow(expect.objectContaining({ line, column }) as Error)
  })

  test.each([
    ['a comment', '{\n  // no\n}', 2],
    ['a trailing comma', '{\n  "a": 1,\n}', 3],
    ['nesting without end', '['.repeat(200_000), 1],
  ])('%s, where the program takes plain JSON alone', (_, text, line) => {
    expect(() => strict(text)).toThrow(expect.objectContaining({ name: 'UnusableConfigError', line }) as Error)
  })
})

describe('an entry is taken out', () => {
  test.each([
    ['the first of two', '{\n  "mcpServers": {\n    "tmws": 1,\n    "x": 2\n  }\n}', '{\n  "mcpServers": {\n    "x": 2\n  }\n}'],
    [
      'the last of two',
      '{\n  "mcpServers": {\n    "x": 2, // two\n    "tmws": 1\n  }\n}',
      '{\n  "mcpServers": {\n    "x": 2 // two\n  }\n}',
    ],
    ['one of a line', '{"mcpServers":{"x":2, "tmws":1}}', '{"mcpServers":{"x":2}}'],
    ['the first of a line', '{"mcpServers":{"tmws":1, "x":2}}', '{"mcpServers":{"x":2}}'],
    ['the only one, with its table', '{\n  "a": 1,\n  "mcpServers": {\n    "tmws": 1\n  }\n}', '{\n  "a": 1\n}'],
    [
      'the only one, whose table has a comment',
      '{\n  "mcpServers": {\n    // mine\n    "tmws": 1\n  }\n}',
      '{\n  "mcpServers": {\n    // mine\n  }\n}',
    ],
  ])('%s', (_, before, after) => {
    expect(withoutEntry(read, before, PATH, true)).toBe(after)
  })
})

describe('whatever a file looks like', () => {
  test.each([
    ['with comments and trailing commas', { comments: true, trailingCommas: true }],
    ['plain', { comments: false, trailingCommas: false }],
  ])('%s: nothing but the entry is changed, and taking it out gives the same data and comments', (_, options) => {
    const reader = jsonReader(options)
    fc.assert(
      fc.property(randomConfigs(options), (text) => {
        const withOurs = withEntry(reader, text, PATH, ENTRY)
        const back = withoutEntry(reader, withOurs, PATH, !reader(text).hasContainer(PATH))
        expect(reader(back).allBut(PATH)).toEqual(reader(text).allBut(PATH))
        // Apart from white space and the commas that layout demands, every character is there in its order.
        expect(bare(back)).toBe(bare(text))
        expect(isSubsequence(bare(text), bare(withOurs))).toBe(true)
      }),
      { numRuns: 1500 },
    )
  })
})

function bare(text: string): string {
  return text.replace(/[\s,]/g, '')
}

function isSubsequence(part: string, whole: string): boolean {
  let at = 0
  for (let i = 0; i < whole.length; i += 1) if (whole[i] === part[at]) at += 1
  return at === part.length
}
