import { inputJsonSchema, outputJsonSchema } from './json-schema.ts'
import type { JsonSchema } from './json-schema.ts'
import { ERROR_SCHEMA, errorComponents, errorResponses } from './openapi-errors.ts'
import { examplesField, operationExamples } from './openapi-examples.ts'
import { plainPaths } from './openapi-plain-paths.ts'
import { EVENTS_PATH, MCP_HTTP_PATH } from './protocol.ts'
import { REST_ROUTES, fullPathOf, pathNamesOf } from './rest.ts'
import type { RestRoute } from './rest.ts'
import { TOOLS } from './tools.ts'
import type { ToolFamily } from './tools/tool-contract.ts'

const TAGS: Readonly<Record<ToolFamily, string>> = {
  memory: 'What agents keep, find, share and undo.',
  agent: 'Who the agents are.',
  task: 'Work that agents hand to each other.',
  workflow: 'Tools in a row.',
  system: 'How the server does.',
}

/**
 * The OpenAPI 3.1 document of the REST API, generated from the same table that mounts the routes. Its paths are made when they are first
 * read: they take a fifth of a second, and most servers are never asked for them.
 */
export function openApiDocument(version: string): Record<string, unknown> {
  let paths: Record<string, unknown> | undefined
  return {
    openapi: '3.1.0',
    info: {
      title: 'TMWS',
      version,
      license: { name: 'MIT', identifier: 'MIT' },
      description: `One shared memory for AI agents. Say who you are with X-Agent-ID and X-Agent-Namespace, or with a bearer token where sign-in is on. MCP is spoken at ${MCP_HTTP_PATH}; the event feed is a WebSocket at ${EVENTS_PATH}.`,
    },
    servers: [{ url: '/' }],
    security: [{}, { bearer: [] }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    get paths() {
      return (paths ??= { ...toolPaths(), ...plainPaths() })
    },
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      parameters: {
        AgentId: headerParameter('X-Agent-ID', 'Your agent id; `anonymous` without it.'),
        AgentNamespace: headerParameter('X-Agent-Namespace', 'Your namespace; `default` without it.'),
      },
      schemas: { Error: ERROR_SCHEMA },
      responses: errorComponents(),
    },
  }
}

function toolPaths(): Record<string, Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of REST_ROUTES) {
    const path = fullPathOf(route).replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) }
  }
  return paths
}

function operationOf(route: RestRoute): Record<string, unknown> {
  const tool = TOOLS[route.tool]
  const input = inputJsonSchema(tool)
  const inPath = pathNamesOf(route)
  const properties = (input['properties'] ?? {}) as Record<string, JsonSchema> // by JSON Schema
  const isAsked = (name: string): boolean =>
    !inPath.includes(name) && !Object.hasOwn(route.fixed ?? {}, name) && (route.takes?.includes(name) ?? true)
  const required = [...new Set([...((input['required'] ?? []) as string[]), ...(route.needs ?? [])])].filter(isAsked) // by JSON Schema
  const others = Object.entries(properties).filter(([name]) => isAsked(name))
  const examples = operationExamples(route)
  const parameter = (name: string, where: 'path' | 'query', schema: JsonSchema | undefined) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: schema ?? { type: 'string' },
    ...examplesField(examples, (call) => call[name]),
  })
  const parameters = [
    { $ref: '#/components/parameters/AgentId' },
    { $ref: '#/components/parameters/AgentNamespace' },
    ...inPath.map((name) => parameter(name, 'path', properties[name])),
    ...(route.argumentsIn === 'query' ? others.map(([name, schema]) => parameter(name, 'query', schema)) : []),
  ]
  const body = {
    schema: {
      type: 'object',
      properties: Object.fromEntries(others),
      additionalProperties: false,
      ...(required.length > 0 && { required }),
    },
    ...examplesField(examples, (call) => Object.fromEntries(Object.entries(call).filter(([name]) => isAsked(name)))),
  }
  return {
    operationId: `${route.method.toLowerCase()}_${route.path.replace(/[/:]+/g, '_').replace(/^_/, '')}`,
    summary: tool.title,
    description: tool.description,
    tags: [tool.family],
    parameters,
    ...(route.argumentsIn === 'body' && {
      requestBody: { required: required.length > 0, content: { 'application/json': body } },
    }),
    responses: {
      [String(route.status ?? 200)]: { description: 'Done.', content: { 'application/json': { schema: outputJsonSchema(tool) } } },
      ...(route.tool === 'store_memory' && {
        '200': { description: 'You had stored exactly this before.', content: { 'application/json': { schema: outputJsonSchema(tool) } } },
      }),
      ...errorResponses(),
    },
  }
}

function headerParameter(name: string, description: string): Record<string, unknown> {
  return { name, in: 'header', required: false, description, schema: { type: 'string', maxLength: 64 } }
}
