import { z } from 'zod'
import { clientPaths } from './openapi-client-paths.ts'
import type { ErrorCode } from './errors.ts'
import { errorResponses } from './openapi-errors.ts'
import { mapPaths } from './openapi-map-paths.ts'
import { auditPaths, movingPaths } from './openapi-moving-paths.ts'
import { settingsPaths } from './openapi-settings-paths.ts'
import { API_PREFIX } from './protocol.ts'
import { checkStatusSchema, healthSchema } from './session.ts'

/** The paths that no tool answers: health and metrics, open to all, and the sign-in of the dashboard. */
export function plainPaths(): Record<string, unknown> {
  const health = jsonResponse('State.', healthSchema)
  const status = (description: string) => jsonResponse(description, z.object({ status: checkStatusSchema, message: z.string().optional() }))
  return {
    '/health': openPath('Health of every part', { '200': health, '503': health }),
    '/health/live': openPath('Whether the process should be left running', {
      '200': status('It should.'),
      '503': status('Only a restart helps.'),
    }),
    '/health/ready': openPath('Whether it can take requests', { '200': status('It can.'), '503': status('It cannot.') }),
    '/metrics': openPath(
      'Prometheus metrics',
      { '200': { description: 'Metrics.', content: { 'text/plain': { schema: { type: 'string' } } } } },
      // Where sign-in is on, they need a token.
      [...AT_THE_DOOR, 'unauthenticated', 'unavailable'],
    ),
    ...movingPaths(),
    ...auditPaths(),
    ...clientPaths(),
    ...settingsPaths(),
    ...mapPaths(),
    [`${API_PREFIX}/login`]: {
      post: {
        summary: 'Exchange the owner token for the dashboard’s cookie',
        operationId: 'login',
        tags: ['system'],
        security: [{}],
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: { type: 'object', required: ['token'], properties: { token: { type: 'string' } } },
              examples: {
                'the-owner-token': { summary: 'The token in the discovery file', value: { token: 'token of ~/.tmws/runtime.json' } },
              },
            },
          },
        },
        responses: { '204': { description: 'Signed in.' }, ...errorResponses() },
      },
    },
  }
}

/** What any request may be refused with before it is looked at: a foreign page or host, a token in the URL, a length over the limit, too many. */
const AT_THE_DOOR: readonly ErrorCode[] = ['invalid_request', 'forbidden', 'too_large', 'rate_limited']

/** Anyone may read it who is let in at all. */
function openPath(summary: string, responses: Record<string, unknown>, refusals: readonly ErrorCode[] = AT_THE_DOOR) {
  return {
    get: {
      summary,
      operationId: summary.toLowerCase().replace(/\W+/g, '_'),
      tags: ['system'],
      security: [{}],
      responses: { ...errorResponses(refusals), ...responses },
    },
  }
}

function jsonResponse(description: string, schema: z.ZodType) {
  const { $schema: _dialect, ...jsonSchema } = z.toJSONSchema(schema)
  return { description, content: { 'application/json': { schema: jsonSchema } } }
}
