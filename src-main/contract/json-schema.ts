import { z } from 'zod'
import type { ToolContract } from './tools/tool-contract.ts'

/** JSON Schema 2020-12, as MCP and OpenAPI 3.1 take it. */
export type JsonSchema = Readonly<Record<string, unknown>>

const inputs = new WeakMap<ToolContract, JsonSchema>()

/** Schema of what a caller may send: fields with a default are optional. Made once per contract, when first asked for: making all of them takes a tenth of a start. */
export function inputJsonSchema(contract: ToolContract): JsonSchema {
  const known = inputs.get(contract)
  if (known) return known
  const schema = compact(z.toJSONSchema(contract.input, INPUT_OPTIONS))
  inputs.set(contract, schema)
  return schema
}

/** Schema of the structured answer. Open to new fields, so that older clients keep working. */
export function outputJsonSchema(contract: ToolContract): JsonSchema {
  return compact(z.toJSONSchema(contract.output, OUTPUT_OPTIONS))
}

/** Schema of what a caller may send in a query, for a path that no tool answers. */
export function queryJsonSchema(query: z.ZodObject): JsonSchema {
  return compact(z.toJSONSchema(query, INPUT_OPTIONS))
}

const INPUT_OPTIONS: NonNullable<Parameters<typeof z.toJSONSchema>[1]> = {
  io: 'input',
  unrepresentable: 'any',
  // Models pay for every token of a schema: a format says it without its long pattern, and safe-integer bounds say nothing.
  override: ({ jsonSchema }) => {
    if (jsonSchema.format === 'date-time') delete jsonSchema.pattern
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
    if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
    if (isTrivialKey(jsonSchema.propertyNames)) delete jsonSchema.propertyNames
  },
}

/** What an answer looks like needs fewer words than what is allowed in. */
const OUTPUT_OPTIONS: typeof INPUT_OPTIONS = {
  ...INPUT_OPTIONS,
  override: (context) => {
    INPUT_OPTIONS.override?.(context)
    const { jsonSchema } = context
    delete jsonSchema.pattern
    delete jsonSchema.minLength
    delete jsonSchema.maxLength
    delete jsonSchema.default
    if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
  },
}

/** Keys of a JSON object are strings anyway. */
function isTrivialKey(names: unknown): boolean {
  return JSON.stringify(names) === '{"type":"string"}'
}

/** MCP clients assume 2020-12 by default, and OpenAPI 3.1 says so once for the document. */
function compact({ $schema: _dialect, ...schema }: Record<string, unknown>): JsonSchema {
  return schema
}
