import type { Ajv2020 } from 'ajv/dist/2020.js'
import type { RunningServer } from '../processes/server-process.ts'
import { faultsOf, schemaEngine } from './schema-check.ts'

interface Example {
  readonly summary: string
  readonly value: unknown
}
interface Parameter {
  readonly $ref?: string
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly examples?: Readonly<Record<string, Example>>
}
interface Response {
  readonly $ref?: string
  readonly content?: Readonly<Record<string, unknown>>
}
interface OperationObject {
  readonly operationId: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: {
    readonly required?: boolean
    readonly content: Readonly<Record<string, { readonly schema?: object; readonly examples?: Readonly<Record<string, Example>> }>>
  }
  readonly responses: Readonly<Record<string, Response>>
}
interface OpenApi {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>
}

/** A request that the document shows. */
export interface ShownRequest {
  readonly title: string
  /** By name, for the path. */
  readonly path: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
  readonly body?: unknown
}

export interface Operation {
  readonly id: string
  readonly method: string
  /** With `{name}` segments. */
  readonly path: string
  readonly statuses: readonly number[]
  readonly requests: readonly ShownRequest[]
}

const DOCUMENT_ID = 'openapi.json'

/** The document that a running server serves, as a client generator or a reader uses it. */
export class ApiDocument {
  readonly raw: OpenApi
  readonly #engine: Ajv2020 = schemaEngine()

  private constructor(raw: OpenApi) {
    this.raw = raw
    this.#engine.addSchema(raw, DOCUMENT_ID)
  }

  static async of(server: RunningServer): Promise<ApiDocument> {
    const response = await fetch(`${server.apiUrl}/openapi.json`)
    return new ApiDocument((await response.json()) as OpenApi) // its parts are checked by the linter's test
  }

  get operations(): Operation[] {
    return Object.entries(this.raw.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({
        id: operation.operationId,
        method: method.toUpperCase(),
        path,
        statuses: Object.keys(operation.responses).map(Number),
        requests: shownRequests(operation),
      })),
    )
  }

  /** What is wrong with an answer by what the document says of it; empty when nothing is. */
  faultsOf(
    method: string,
    path: string,
    answer: { readonly status: number; readonly contentType: string; readonly text: string },
  ): string[] {
    const where = ['paths', path, method.toLowerCase(), 'responses', String(answer.status)]
    const listed = this.raw.paths[path]?.[method.toLowerCase()]?.responses[String(answer.status)]
    if (!listed) return [`status ${answer.status} is not documented: ${answer.text.slice(0, 300)}`]
    const pointer = listed.$ref?.slice(1) ?? `/${where.map(escaped).join('/')}`
    const content = listed.$ref === undefined ? listed.content : this.#component(listed.$ref).content
    if (content === undefined) return answer.text === '' ? [] : [`a body came where none is documented: ${answer.text.slice(0, 300)}`]
    const type = answer.contentType.split(';')[0] ?? ''
    if (!Object.hasOwn(content, type)) return [`content type ${type} is not documented`]
    const validate = this.#engine.getSchema(`${DOCUMENT_ID}#${pointer}/content/${escaped(type)}/schema`)
    if (!validate) return [`there is no schema at ${pointer}`]
    return faultsOf(validate, type === 'application/json' ? JSON.parse(answer.text) : answer.text)
  }

  /** What is wrong with a refusal of a request that is no operation's. */
  faultsOfRefusal({ contentType, text }: { readonly contentType: string; readonly text: string }): string[] {
    const validate = this.#engine.getSchema(`${DOCUMENT_ID}#/components/schemas/Error`)
    if (!validate || !contentType.startsWith('application/json')) return [`a refusal is ${contentType}: ${text.slice(0, 300)}`]
    return faultsOf(validate, JSON.parse(text))
  }

  #component(reference: string): Response {
    const keys = reference.slice(2).split('/')
    return keys.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], this.raw) as Response // by OpenAPI
  }
}

/** The examples of all parts put together by their keys, and the bare request where nothing but a query can be left out. */
function shownRequests(operation: OperationObject): ShownRequest[] {
  const parameters = (operation.parameters ?? []).filter(({ $ref }) => $ref === undefined)
  const bodies =
    (operation.requestBody?.content['application/json'] ?? operation.requestBody?.content['application/x-ndjson'])?.examples ?? {}
  const keys = new Set([...Object.keys(bodies), ...parameters.flatMap(({ examples = {} }) => Object.keys(examples))])
  const part = (where: Parameter['in'], key: string) =>
    Object.fromEntries(
      parameters.flatMap(({ in: place, name, examples }) => (place === where && examples?.[key] ? [[name, examples[key].value]] : [])),
    )
  const shown = [...keys].map((key) => ({
    title: key,
    path: part('path', key),
    query: part('query', key),
    ...(bodies[key] && { body: bodies[key].value }),
  }))
  const needsNothing = operation.requestBody === undefined && !parameters.some(({ required }) => required === true)
  return needsNothing ? [{ title: 'nothing but the path', path: {}, query: {} }, ...shown] : shown
}

/** A key as a part of a JSON pointer in a URL. */
function escaped(key: string): string {
  return encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))
}
