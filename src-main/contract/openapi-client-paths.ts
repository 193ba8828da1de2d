import { z } from 'zod'
import {
  changeBodySchema,
  CLIENT_IDS,
  clientListSchema,
  clientOutcomeSchema,
  clientPreviewSchema,
  connectBodySchema,
  previewQuerySchema,
  verifyReportSchema,
} from './clients.ts'
import { errorResponses } from './openapi-errors.ts'
import { about, json, queryParameters } from './openapi-moving-paths.ts'
import { API_PREFIX } from './protocol.ts'

const CLIENT = `${API_PREFIX}/clients/{client_id}`
const SAMPLE_HASH = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'

/** The paths that wire this machine's clients. Only the person at the machine may ask for them, and only of a server that serves this machine alone. */
export function clientPaths(): Record<string, unknown> {
  const id = {
    name: 'client_id',
    in: 'path',
    required: true,
    description: 'Which client.',
    schema: { type: 'string', enum: [...CLIENT_IDS] },
    examples: { cursor: { summary: 'Cursor', value: 'cursor' } },
  }
  const changed = { responses: { '200': json('It is done.', clientOutcomeSchema), ...errorResponses() } }
  return {
    [`${API_PREFIX}/clients`]: {
      get: {
        ...about(
          'list_clients',
          'Programs that can be wired, and how each is',
          'Looks at the files as they are now. Also what any other program would start.',
        ),
        responses: { '200': json('They are these.', clientListSchema), ...errorResponses() },
      },
    },
    [`${CLIENT}/preview`]: {
      get: {
        ...about(
          'preview_client',
          'The exact change, before it is made',
          'Changes nothing. Its hash is sent with the change, so that what was seen is what is done.',
        ),
        parameters: [id, ...queryParameters(previewQuerySchema, { undo: { action: 'undo' } })],
        responses: { '200': json('It would be this.', clientPreviewSchema), ...errorResponses() },
      },
    },
    [`${CLIENT}/connect`]: {
      post: {
        ...about('connect_client', 'Wire a client', 'All its files are changed or none. A dated copy of each is left beside it.'),
        parameters: [id],
        requestBody: body(connectBodySchema, 'as-previewed', { hash: SAMPLE_HASH, agent_id: 'cursor' }),
        ...changed,
      },
    },
    [`${CLIENT}/repair`]: {
      post: {
        ...about('repair_client', 'Put our entry right again', 'Where it is gone, was edited, or starts what is no longer there.'),
        parameters: [id],
        requestBody: body(changeBodySchema, 'as-previewed', { hash: SAMPLE_HASH }),
        ...changed,
      },
    },
    [`${CLIENT}/undo`]: {
      post: {
        ...about(
          'undo_client',
          'Take our entry out',
          'The file is what it was, byte for byte, if nothing else has changed in it; else only our entry goes.',
        ),
        parameters: [id],
        requestBody: body(changeBodySchema, 'as-previewed', { hash: SAMPLE_HASH }),
        ...changed,
      },
    },
    [`${CLIENT}/verify`]: {
      post: {
        ...about('verify_client', 'Start what the client would start, and talk with it', 'Initialize, the list of tools, and one call.'),
        parameters: [id],
        responses: { '200': json('It was tried.', verifyReportSchema), ...errorResponses() },
      },
    },
    [`${CLIENT}/mcpb`]: {
      get: {
        ...about('get_client_bundle', 'The extension for Claude Desktop', 'A file to open with Claude Desktop. It holds no token.'),
        parameters: [id],
        responses: {
          '200': {
            description: 'The file.',
            content: { 'application/zip': { schema: { type: 'string', contentMediaType: 'application/zip' } } },
          },
          ...errorResponses(),
        },
      },
    },
  }
}

function body(schema: z.ZodObject, key: string, value: object) {
  const { $schema: _dialect, ...jsonSchema } = z.toJSONSchema(schema, { io: 'input' })
  return {
    required: true,
    content: { 'application/json': { schema: jsonSchema, examples: { [key]: { summary: key.replaceAll('-', ' '), value } } } },
  }
}
