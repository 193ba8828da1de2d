import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { inputJsonSchema, outputJsonSchema } from './json-schema.ts'
import { isInProfile, TOOLS } from './tools.ts'
import type { ToolContract } from './tools/tool-contract.ts'

/** Characters of names, descriptions and input schemas: what hosts put before their model in every conversation. */
const READ_BY_MODELS = { core: 9_000, standard: 26_000 } as const
/** Characters of the whole answer to `tools/list`, which only programs read. */
const WHOLE_LIST = { core: 22_000, standard: 77_000 } as const

const tools: readonly ToolContract[] = Object.values(TOOLS)

function ajv(): Ajv2020 {
  return new Ajv2020({ strict: true, strictTypes: false, allErrors: true, formats: { 'date-time': true, uri: true } })
}

function sizesOf(profile: 'core' | 'standard'): { readByModels: number; whole: number } {
  const shown = tools.filter((tool) => isInProfile(tool, profile))
  const read = shown.map((tool) => ({ name: tool.name, description: tool.description, inputSchema: inputJsonSchema(tool) }))
  const rest = shown.map((tool) => ({ title: tool.title, outputSchema: outputJsonSchema(tool), annotations: tool.annotations }))
  return { readByModels: JSON.stringify(read).length, whole: JSON.stringify([...read, ...rest]).length }
}

describe.each(tools)('$name', (tool) => {
  test('has schemas of JSON Schema 2020-12, of an object, without references', () => {
    for (const schema of [inputJsonSchema(tool), outputJsonSchema(tool)]) {
      expect(() => ajv().compile(schema)).not.toThrow()
      expect(schema['type']).toBe('object')
      expect(JSON.stringify(schema)).not.toMatch(/"\$ref"|"\$schema"/)
    }
    expect(inputJsonSchema(tool)['additionalProperties']).toBe(false)
    expect(outputJsonSchema(tool)['additionalProperties']).toBeUndefined()
  })

  test('has words for a model: what, when, and an example that its schema takes', () => {
    expect(tool.name).toMatch(/^[a-z]+(_[a-z]+)*$/)
    expect(tool.title.length * tool.description.length).toBeGreaterThan(0)
    const examples = tool.description.split('Example: ')[1] ?? ''
    for (const [, json = ''] of examples.matchAll(/(\{.*?\})(?= or |$)/g)) {
      const example: unknown = JSON.parse(json.replaceAll('0199…', '01990000-0000-7000-8000-000000000000').replaceAll('…', ''))
      expect([tool.name, tool.input.safeParse(example).error?.issues]).toEqual([tool.name, undefined])
    }
  })

  test('says only what is so in its hints', () => {
    const { readOnlyHint, destructiveHint, openWorldHint } = tool.annotations
    expect([readOnlyHint && destructiveHint, openWorldHint]).toEqual([false, false])
  })
})

test('each tool stands under its own name', () => {
  expect(Object.entries(TOOLS).filter(([key, tool]) => key !== tool.name)).toEqual([])
})

test.each(['core', 'standard'] as const)('a model pays little for the %s tools', (profile) => {
  const { readByModels, whole } = sizesOf(profile)
  expect(readByModels).toBeLessThan(READ_BY_MODELS[profile])
  expect(whole).toBeLessThan(WHOLE_LIST[profile])
})

test('what has a default may be left out', () => {
  expect(inputJsonSchema(TOOLS.store_memory)['required']).toEqual(['content'])
  expect(inputJsonSchema(TOOLS.semantic_search)['required']).toEqual(['query'])
})
