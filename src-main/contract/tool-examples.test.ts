import { describe, expect, test } from 'vitest'
import { PLACEHOLDERS, PLACEHOLDER_WORD, showPlaceholders } from './examples/placeholders.ts'
import { REST_ROUTES, canCarry, pathNamesOf } from './rest.ts'
import { toPlaceholders } from './testing/fill-placeholders.ts'
import { TOOL_EXAMPLES } from './tool-examples.ts'
import { isToolName, TOOLS } from './tools.ts'
import type { ToolContract } from './tools/tool-contract.ts'

const tools: readonly ToolContract[] = Object.values(TOOLS)

describe.each(tools)('$name', ({ name, aliasOf, input: schema }) => {
  if (!isToolName(name)) throw new Error(`${name} is not a key of TOOLS.`)
  const { valid, refused } = TOOL_EXAMPLES[name]
  const routes = REST_ROUTES.filter(({ tool }) => tool === (aliasOf ?? name))

  test('has a REST route, which REST alone or every wire shares', () => {
    expect(routes.length).toBeGreaterThan(0)
  })

  test('has good examples that its schema takes, and that REST can carry', () => {
    for (const { title, input } of valid) {
      expect([title, schema.safeParse(showPlaceholders(input)).error?.issues]).toEqual([title, undefined])
      expect([title, routes.some((route) => canCarry(route, { ...input }))]).toEqual([title, true])
    }
  })

  test('has bad examples that REST can carry, and that say enough to tell why they are refused', () => {
    for (const { title, input, says } of refused) {
      expect([title, routes.some((route) => canCarry(route, input)), says.length > 10]).toEqual([title, true, true])
    }
  })

  test('has an example, good and bad, of each of its operations', () => {
    const operation: unknown = schema.shape['operation']
    const options = typeof operation === 'object' && operation !== null && 'options' in operation ? (operation.options as string[]) : [] // an enum
    for (const examples of [valid, refused]) {
      const shown = examples.map(({ input }) => (input as { operation?: unknown }).operation)
      expect(shown).toEqual(expect.arrayContaining(options))
    }
  })

  test('calls no two examples alike', () => {
    const titles = [...valid, ...refused].map(({ title }) => title)
    expect(titles).toEqual([...new Set(titles)])
  })
})

test('an alias is the same tool under an older name', () => {
  const aliases = tools.filter(({ aliasOf }) => aliasOf !== undefined)
  expect(aliases.map(({ name }) => name)).toEqual(['create_memory', 'search_memories'])
  for (const { aliasOf = '', input, output, annotations } of aliases) {
    expect(tools.find(({ name }) => name === aliasOf)).toMatchObject({ input, output, annotations })
  }
})

test('every route has a good example', () => {
  const bare = REST_ROUTES.filter((route) => !TOOL_EXAMPLES[route.tool].valid.some(({ input }) => canCarry(route, { ...input })))
  expect(bare).toEqual([])
  expect(REST_ROUTES.filter((route) => pathNamesOf(route).length > 0).length).toBeGreaterThan(0)
})

describe('placeholders', () => {
  const text = JSON.stringify(TOOL_EXAMPLES)
  const words = Object.keys(PLACEHOLDERS)

  test('are all used, and each word that looks like one is one', () => {
    const used = JSON.stringify([TOOL_EXAMPLES, PLACEHOLDERS]).match(PLACEHOLDER_WORD) ?? []
    expect([...new Set(used)].toSorted()).toEqual(words.toSorted())
  })

  test('show what nothing else shows, so that a reader of the document can put real things in their place', () => {
    const shown = Object.values(PLACEHOLDERS).map(({ shows }) => shows)
    expect(shown).toEqual([...new Set(shown)])
    expect(shown.filter((value) => text.includes(value))).toEqual([])
    expect(toPlaceholders(showPlaceholders(TOOL_EXAMPLES))).toEqual(JSON.parse(text))
  })

  test('a word that is none is a mistake', () => {
    expect(() => showPlaceholders({ memory_id: '$memroy_id' })).toThrow('$memroy_id is not in PLACEHOLDERS.')
  })
})
