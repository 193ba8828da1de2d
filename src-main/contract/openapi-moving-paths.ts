import { z } from 'zod'
import { auditExportQuerySchema } from './audit.ts'
import { queryJsonSchema } from './json-schema.ts'
import type { JsonSchema } from './json-schema.ts'
import { errorResponses } from './openapi-errors.ts'
import { API_PREFIX } from './protocol.ts'
import {
  backupSchema,
  exportQuerySchema,
  importQuerySchema,
  importSummarySchema,
  restoreQuerySchema,
  restoreSummarySchema,
  TRANSFER_CONTENT_TYPE,
} from './transfer.ts'

const SAMPLE_BACKUP = 'tmws-2026-11-22T09-30-00-123Z-manual.db'

/** The paths that move data. Only the person at the machine may ask for them. */
export function movingPaths(): Record<string, unknown> {
  const backup = z.object({ backup: backupSchema })
  const backups = z.object({ backups: z.array(backupSchema) })
  return {
    [`${API_PREFIX}/export`]: {
      get: {
        ...about('export', 'Write everything into one file', 'A file of JSON lines, the same for the same content. Sent as it is read.'),
        parameters: queryParameters(exportQuerySchema, { 'without-a-date': { reproducible: true, trash: false } }),
        responses: {
          '200': {
            description: 'The file.',
            content: {
              [TRANSFER_CONTENT_TYPE]: { schema: { type: 'string' } },
              'application/gzip': { schema: { type: 'string', contentMediaType: 'application/gzip' } },
            },
          },
          ...errorResponses(),
        },
      },
    },
    [`${API_PREFIX}/import`]: {
      post: {
        ...about(
          'import',
          'Merge a file into the store',
          `A file of \`export\`, plain or as gzip, or memory.jsonl of the MCP memory server. The whole file is checked before anything is written. With \`Accept: ${TRANSFER_CONTENT_TYPE}\` the answer tells its progress, line by line.`,
        ),
        parameters: queryParameters(importQuerySchema, {}),
        requestBody: {
          required: true,
          content: {
            [TRANSFER_CONTENT_TYPE]: {
              schema: { type: 'string' },
              examples: {
                'from-the-mcp-memory-server': {
                  summary: 'A file of the MCP memory server',
                  value: '{"type":"entity","name":"Ada","entityType":"person","observations":["likes tea"]}\n',
                },
              },
            },
            'application/gzip': { schema: { type: 'string', contentMediaType: 'application/gzip' } },
          },
        },
        responses: { '200': answersOf(importSummarySchema), ...errorResponses() },
      },
    },
    [`${API_PREFIX}/backups`]: {
      get: {
        ...about('list_backups', 'Copies of the store', 'The newest first.'),
        responses: { '200': json('They are these.', backups), ...errorResponses() },
      },
      post: {
        ...about('make_backup', 'Copy the store', 'The copy is checked before it is listed. The store goes on working meanwhile.'),
        responses: { '201': json('It is made.', backup), ...errorResponses() },
      },
    },
    [`${API_PREFIX}/backups/{name}/restore`]: {
      post: {
        ...about(
          'restore_backup',
          'Bring back what a copy holds',
          `Beside everything that goes on. Memories go back to what they were, and what they are now stays in their history; what was made since the copy stays; agents, tasks, workflows and runs come back where they are missing and are left where they are there. A copy of the present state is made first, unless nothing is to be changed: the same again changes nothing. With \`Accept: ${TRANSFER_CONTENT_TYPE}\` the answer tells its progress, line by line.`,
        ),
        parameters: [
          {
            name: 'name',
            in: 'path',
            required: true,
            description: 'As `GET /api/v1/backups` lists it.',
            schema: { type: 'string' },
            examples: { 'made-by-hand': { summary: 'A copy made by hand', value: SAMPLE_BACKUP } },
          },
          ...queryParameters(restoreQuerySchema, { 'only-looked-through': { dry_run: true } }),
        ],
        responses: { '200': answersOf(restoreSummarySchema), ...errorResponses() },
      },
    },
  }
}

/** The audit log as a file; its pages are answers of a tool. */
export function auditPaths(): Record<string, unknown> {
  return {
    [`${API_PREFIX}/audit/export`]: {
      get: {
        ...about(
          'export_audit',
          'Write the audit log into a file',
          'JSON lines, one entry each. Without a filter oldest first: a chain that anybody can check; else newest first. For the person at the machine and admins.',
        ),
        parameters: queryParameters(auditExportQuerySchema, { 'what-was-refused': { outcome: 'denied', since: 'last week' } }),
        responses: {
          '200': { description: 'The file.', content: { [TRANSFER_CONTENT_TYPE]: { schema: { type: 'string' } } } },
          ...errorResponses(),
        },
      },
    },
  }
}

/** The summary, or the lines that end with it. */
function answersOf(summary: z.ZodType) {
  const { description, content } = json('What was done.', summary)
  return { description, content: { ...content, [TRANSFER_CONTENT_TYPE]: { schema: { type: 'string' } } } }
}

export function about(operationId: string, summary: string, description: string) {
  return { operationId, summary, description, tags: ['system'], security: [{ bearer: [] }] }
}

export function queryParameters(query: z.ZodObject, examples: Readonly<Record<string, Readonly<Record<string, unknown>>>>) {
  const properties = queryJsonSchema(query)['properties'] as Readonly<Record<string, JsonSchema>> // of an object
  return Object.entries(properties).map(([name, { description, ...schema }]) => {
    const shown = Object.entries(examples).flatMap(([key, values]) =>
      Object.hasOwn(values, name) ? [[key, { summary: key.replaceAll('-', ' '), value: values[name] }]] : [],
    )
    return {
      name,
      in: 'query',
      required: false,
      ...(typeof description === 'string' && { description }),
      schema,
      ...(shown.length > 0 && { examples: Object.fromEntries(shown) as Record<string, unknown> }),
    }
  })
}

export function json(description: string, schema: z.ZodType) {
  const { $schema: _dialect, ...jsonSchema } = z.toJSONSchema(schema)
  return { description, content: { 'application/json': { schema: jsonSchema } } }
}
