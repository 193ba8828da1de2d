import { Ajv2020 } from 'ajv/dist/2020.js'
import type { ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

/** An engine that knows JSON Schema 2020-12 with its formats, and names every fault. Strict about types, not about OpenAPI's own words. */
export function schemaEngine(): Ajv2020 {
  const engine = new Ajv2020({ strict: false, allErrors: true })
  addFormats(engine)
  return engine
}

const engine = schemaEngine()
const compiled = new Map<string, ValidateFunction>()

/** A check of a schema that stands alone; made once for all that are alike. */
export function checkOf(schema: object): ValidateFunction {
  const text = JSON.stringify(schema)
  const check = compiled.get(text) ?? engine.compile(schema)
  compiled.set(text, check)
  return check
}

/** What is wrong with a value by a compiled schema; empty when nothing is. */
export function faultsOf(validate: ValidateFunction, value: unknown): string[] {
  if (validate(value)) return []
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || 'the whole'} ${message ?? 'is wrong'}`)
}
