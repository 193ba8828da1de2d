import { showPlaceholders } from './examples/placeholders.ts'
import { canCarry } from './rest.ts'
import type { RestRoute } from './rest.ts'
import { TOOL_EXAMPLES } from './tool-examples.ts'

/** One call of an operation. Its parts stand in the parameters and the body under the same key. */
export interface OperationExample {
  readonly key: string
  readonly summary: string
  readonly input: Readonly<Record<string, unknown>>
}

/** The valid examples of a route's tool that can go by this route, as the document shows them. */
export function operationExamples(route: RestRoute): OperationExample[] {
  return TOOL_EXAMPLES[route.tool].valid
    .filter(({ input }) => canCarry(route, input as OperationExample['input']) && hasOnlyWhatItTakes(route, input))
    .map(({ title, input }) => ({
      key: title.toLowerCase().replace(/[^a-z0-9]+/g, '-'),
      summary: title,
      input: showPlaceholders(input),
    }))
}

function hasOnlyWhatItTakes({ fixed = {}, takes }: RestRoute, input: object): boolean {
  return Object.keys(input).every((name) => Object.hasOwn(fixed, name) || (takes?.includes(name) ?? true))
}

/** The `examples` of a parameter or a body, made of those for which `valueOf` gives a value. */
export function examplesField(
  examples: readonly OperationExample[],
  valueOf: (input: OperationExample['input']) => unknown,
): { readonly examples?: Readonly<Record<string, unknown>> } {
  const entries = examples.flatMap(({ key, summary, input }) => {
    const value = valueOf(input)
    return value === undefined ? [] : [[key, { summary, value }] as const]
  })
  return entries.length === 0 ? {} : { examples: Object.fromEntries(entries) }
}
