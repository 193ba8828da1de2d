import type { JsonSchema } from '../../contract/json-schema.ts'

/**
 * Query parameters as tool arguments. Everything in a URL is text, so each is read as its schema's type: numbers, true and false,
 * and lists (a repeated parameter). What does not fit stays text, for the schema to refuse with a sentence.
 */
export function readQuery(query: Readonly<Record<string, unknown>>, schema: JsonSchema): Record<string, unknown> {
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>> // by JSON Schema
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, readValue(value, Object.hasOwn(properties, name) ? properties[name] : undefined)]),
  )
}

function readValue(value: unknown, schema: JsonSchema | undefined): unknown {
  const type = schema?.['type']
  if (type === 'array') return Array.isArray(value) ? value : [value]
  if (typeof value !== 'string') return value
  if ((type === 'number' || type === 'integer') && /^-?\d+(\.\d+)?$/.test(value)) return Number(value)
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true'
  return value
}
