import { describe, expect, test } from 'vitest'
import { ERROR_TABLE } from './errors.ts'
import { PLACEHOLDER_WORD } from './examples/placeholders.ts'
import { openApiDocument } from './openapi.ts'
import { REST_ROUTES, fullPathOf } from './rest.ts'
import { TOOLS } from './tools.ts'

interface Operation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly parameters?: readonly {
    readonly $ref?: string
    readonly name?: string
    readonly in?: string
    readonly required?: boolean
    readonly examples?: object
  }[]
  readonly requestBody?: {
    readonly content: Record<
      string,
      {
        readonly schema: { readonly properties: Record<string, unknown>; readonly required?: readonly string[] }
        readonly examples?: object
      }
    >
  }
  readonly responses: Record<string, unknown>
}
interface Document {
  readonly openapi: string
  readonly paths: Record<string, Record<string, Operation>>
  readonly tags: readonly { readonly name: string }[]
}

const document = openApiDocument('1.2.3') as unknown as Document // checked below
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
)

const CLIENTS = [
  'GET /api/v1/graph',
  'GET /api/v1/map',
  'GET /api/v1/map/cards',
  'GET /api/v1/map/progress',
  'GET /api/v1/clients',
  'GET /api/v1/clients/{client_id}/preview',
  'POST /api/v1/clients/{client_id}/connect',
  'POST /api/v1/clients/{client_id}/repair',
  'POST /api/v1/clients/{client_id}/undo',
  'POST /api/v1/clients/{client_id}/verify',
  'GET /api/v1/clients/{client_id}/mcpb',
]
const MOVING = [
  'GET /api/v1/export',
  'POST /api/v1/import',
  'GET /api/v1/backups',
  'POST /api/v1/backups',
  'POST /api/v1/backups/{name}/restore',
  'GET /api/v1/audit/export',
]

describe('the document', () => {
  test('is plain JSON of OpenAPI 3.1 with the version of the server', () => {
    expect(JSON.parse(JSON.stringify(document))).toEqual(document)
    expect(document).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' } })
  })

  test('has no reference that leads nowhere', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"(#[^"]+)"/g)].map((match) => match[1] ?? '')
    expect(references.length).toBeGreaterThan(0)
    for (const reference of new Set(references)) {
      const target = reference
        .slice(2)
        .split('/')
        .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], document)
      expect([reference, typeof target]).toEqual([reference, 'object'])
    }
  })

  test('has every route, and no other but those around it', () => {
    const listed = operations.map(({ path, method }) => `${method.toUpperCase()} ${path}`)
    const routes = REST_ROUTES.map((route) => `${route.method} ${fullPathOf(route).replace(/:(\w+)/g, '{$1}')}`)
    expect(listed.toSorted()).toEqual(
      [
        ...routes,
        'GET /health',
        'GET /health/live',
        'GET /health/ready',
        'GET /metrics',
        'POST /api/v1/login',
        ...MOVING,
        'GET /api/v1/settings',
        'PATCH /api/v1/settings',
        ...CLIENTS,
      ].toSorted(),
    )
  })

  test('names each operation once, under a tag that is listed', () => {
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { operation } of operations) {
      expect(operation.operationId).toMatch(/^[a-z][a-z0-9_]*$/)
      for (const tag of operation.tags) expect(document.tags.map(({ name }) => name)).toContain(tag)
    }
  })
})

describe.each(REST_ROUTES)('$method $path', (route) => {
  const operation = document.paths[fullPathOf(route).replace(/:(\w+)/g, '{$1}')]![route.method.toLowerCase()]!
  const fields = Object.keys(TOOLS[route.tool].input.shape).filter((name) => route.takes?.includes(name) ?? true)

  test('takes every argument of its tool in one place', () => {
    const parameters = (operation.parameters ?? []).flatMap((parameter) => parameter.name ?? [])
    const body = Object.keys(operation.requestBody?.content['application/json']?.schema.properties ?? {})
    expect([...parameters, ...body].toSorted()).toEqual(fields.toSorted())
  })

  test('declares what stands in its path', () => {
    const inPath = [...route.path.matchAll(/:(\w+)/g)].map((match) => match[1])
    const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path')
    expect(declared.map(({ name, required }) => [name, required])).toEqual(inPath.map((name) => [name, true]))
    expect(inPath.every((name) => fields.includes(name ?? ''))).toBe(true)
  })

  test('asks for what the route cannot do without', () => {
    const inBody = operation.requestBody?.content['application/json']?.schema.required ?? []
    const required = [...inBody, ...(operation.parameters ?? []).flatMap(({ name, required }) => (required && name ? [name] : []))]
    expect(required).toEqual(expect.arrayContaining([...(route.needs ?? [])]))
  })

  test('shows calls of this route, with no placeholder left', () => {
    const parts = [...(operation.parameters ?? []), ...(operation.requestBody ? [operation.requestBody.content['application/json']!] : [])]
    const shown = JSON.stringify(parts.map((part) => part.examples))
    if (fields.length > 0) expect(Object.keys(Object.assign({}, ...parts.map((part) => part.examples)) as object).length).toBeGreaterThan(0)
    expect(shown).not.toMatch(PLACEHOLDER_WORD)
  })

  test('says how it ends, well and ill', () => {
    const statuses = Object.values(ERROR_TABLE).map(({ httpStatus }) => String(httpStatus))
    expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining([String(route.status ?? 200), ...statuses]))
  })
})
