import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { inputJsonSchema, outputJsonSchema } from './json-schema.ts'
import { isInProfile, TOOLS } from './tools.ts'
import type { ToolContract } from './tools/tool-contract.ts'

/** Bytes of `tools/list` that a model pays for with every conversation. */
const STANDARD_BUDGET_BYTES = 32_000
const CORE_BUDGET_BYTES = 22_000

const tools: readonly ToolContract[] = Object.values(TOOLS)

function ajv(): Ajv2020 {
  return new Ajv2020({ strict: true, strictTypes: false, allErrors: true, formats: { 'date-time': true, uri: true } })
}

function sizeOf(profile: 'core' | 'standard'): number {
  const shown = tools.filter((tool) => isInProfile(tool, profile))
  return JSON.stringify(shown.map((tool) => ({ name: tool.name, title: tool.title, description: tool.description, inputSchema: inputJsonSchema(tool), outputSchema: outputJsonSchema(tool), annotations: tool.annotations }))).length
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
    for (const [, json = ''] of tool.description.matchAll(/(\{.*?\})(?= or |$)/g)) {
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

test('a model pays little for the list', () => {
  expect(sizeOf('core')).toBeLessThan(CORE_BUDGET_BYTES)
  expect(sizeOf('standard')).toBeLessThan(STANDARD_BUDGET_BYTES)
})

test('what has a default may be left out', () => {
  expect(inputJsonSchema(TOOLS.store_memory)['required']).toEqual(['content'])
  expect(inputJsonSchema(TOOLS.semantic_search)['required']).toEqual(['query'])
})
