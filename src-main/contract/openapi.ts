import { z } from 'zod'
import { ERROR_TABLE } from './errors.ts'
import type { ErrorCode } from './errors.ts'
import { inputJsonSchema, outputJsonSchema } from './json-schema.ts'
import type { JsonSchema } from './json-schema.ts'
import { API_PREFIX, EVENTS_PATH, MCP_HTTP_PATH } from './protocol.ts'
import { REST_ROUTES, fullPathOf } from './rest.ts'
import type { RestRoute } from './rest.ts'
import { healthSchema } from './session.ts'
import { TOOLS } from './tools.ts'

/** The OpenAPI 3.1 document of the REST API, generated from the same table that mounts the routes. */
export function openApiDocument(version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of REST_ROUTES) {
    const path = fullPathOf(route).replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) }
  }
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
    tags: [{ name: 'memory' }, { name: 'agent' }, { name: 'task' }, { name: 'workflow' }, { name: 'system' }],
    paths: { ...paths, ...plainPaths() },
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      parameters: {
        AgentId: headerParameter('X-Agent-ID', 'Your agent id; `anonymous` without it.'),
        AgentNamespace: headerParameter('X-Agent-Namespace', 'Your namespace; `default` without it.'),
      },
      schemas: { Error: ERROR_SCHEMA },
      responses: Object.fromEntries(Object.keys(ERROR_TABLE).map((code) => [code, errorResponse(code as ErrorCode)])), // keys of the table are the codes
    },
  }
}

function operationOf(route: RestRoute): Record<string, unknown> {
  const tool = TOOLS[route.tool]
  const input = inputJsonSchema(tool)
  const inPath = [...route.path.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '')
  const properties = (input['properties'] ?? {}) as Record<string, JsonSchema> // by JSON Schema
  const isAsked = (name: string): boolean =>
    !inPath.includes(name) && !Object.hasOwn(route.fixed ?? {}, name) && (route.takes?.includes(name) ?? true)
  const required = ((input['required'] ?? []) as string[]).filter(isAsked) // by JSON Schema
  const others = Object.entries(properties).filter(([name]) => isAsked(name))
  const parameters = [
    { $ref: '#/components/parameters/AgentId' },
    { $ref: '#/components/parameters/AgentNamespace' },
    ...inPath.map((name) => ({ name, in: 'path', required: true, schema: properties[name] ?? { type: 'string' } })),
    ...(route.argumentsIn === 'query'
      ? others.map(([name, schema]) => ({ name, in: 'query', required: required.includes(name), schema }))
      : []),
  ]
  const body = {
    type: 'object',
    properties: Object.fromEntries(others),
    additionalProperties: false,
    ...(required.length > 0 && { required }),
  }
  return {
    operationId: `${route.method.toLowerCase()}_${route.path.replace(/[/:]+/g, '_').replace(/^_/, '')}`,
    summary: tool.title,
    description: tool.description,
    tags: [tool.family],
    parameters,
    ...(route.argumentsIn === 'body' && {
      requestBody: { required: required.length > 0, content: { 'application/json': { schema: body } } },
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

function plainPaths(): Record<string, unknown> {
  const health = { description: 'State.', content: { 'application/json': { schema: z.toJSONSchema(healthSchema) } } }
  const one = (summary: string, responses: Record<string, unknown>) => ({
    get: { summary, operationId: summary.toLowerCase().replace(/\W+/g, '_'), tags: ['system'], security: [{}], responses },
  })
  return {
    '/health': one('Health of every part', { '200': health, '503': health }),
    '/health/live': one('Whether the process answers', { '200': { description: 'It does.' } }),
    '/health/ready': one('Whether it can take requests', { '200': { description: 'It can.' }, '503': { description: 'It cannot.' } }),
    '/metrics': one('Prometheus metrics', {
      '200': { description: 'Metrics.', content: { 'text/plain': { schema: { type: 'string' } } } },
    }),
    [`${API_PREFIX}/login`]: {
      post: {
        summary: 'Exchange the owner token for the dashboard’s cookie',
        operationId: 'login',
        tags: ['system'],
        security: [{}],
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { type: 'object', required: ['token'], properties: { token: { type: 'string' } } } } },
        },
        responses: { '204': { description: 'Signed in.' }, ...errorResponses() },
      },
    },
  }
}

/** Each status once; the codes that share it are named in the response. */
function errorResponses(): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(ERROR_TABLE).map(([code, { httpStatus }]) => [String(httpStatus), { $ref: `#/components/responses/${code}` }]),
  )
}

function errorResponse(code: ErrorCode): Record<string, unknown> {
  return { description: `\`${code}\``, content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } }
}

function headerParameter(name: string, description: string): Record<string, unknown> {
  return { name, in: 'header', required: false, description, schema: { type: 'string', maxLength: 64 } }
}

const ERROR_SCHEMA = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'request_id'],
      properties: {
        code: { enum: Object.keys(ERROR_TABLE) },
        message: { type: 'string' },
        details: { type: 'object' },
        request_id: { type: 'string' },
      },
    },
  },
}
