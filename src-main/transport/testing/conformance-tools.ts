import { setTimeout as delay } from 'node:timers/promises'
import type { CallToolResult, ContentBlock, ServerContext } from '@modelcontextprotocol/server'

/** What a fixture tool does. Names and answers are those that the conformance suite asks for. */
export interface FixtureTool {
  readonly description: string
  readonly inputSchema?: Readonly<Record<string, unknown>>
  readonly run: (context: ServerContext, args: Readonly<Record<string, unknown>>) => unknown
}

/** One red pixel, and a WAV file without a sample. */
export const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=='
const WAV = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA='
const STEP_MS = 50

export function text(content: string): CallToolResult {
  return { content: [{ type: 'text', text: content }] }
}

function block(...content: ContentBlock[]): () => CallToolResult {
  return () => ({ content })
}

const image: ContentBlock = { type: 'image', data: PNG, mimeType: 'image/png' }

export const CONTENT_TOOLS: Readonly<Record<string, FixtureTool>> = {
  test_simple_text: { description: 'Answers with text.', run: () => text('This is a simple text response for testing.') },
  test_image_content: { description: 'Answers with an image.', run: block(image) },
  test_audio_content: { description: 'Answers with audio.', run: block({ type: 'audio', data: WAV, mimeType: 'audio/wav' }) },
  test_embedded_resource: {
    description: 'Answers with a resource.',
    run: block({
      type: 'resource',
      resource: { uri: 'test://embedded-resource', mimeType: 'text/plain', text: 'This is an embedded resource content.' },
    }),
  },
  test_multiple_content_types: {
    description: 'Answers with text, an image and a resource.',
    run: block({ type: 'text', text: 'Multiple content types test:' }, image, {
      type: 'resource',
      resource: { uri: 'test://mixed-content-resource', mimeType: 'application/json', text: '{"test":"data","value":123}' },
    }),
  },
  test_error_handling: {
    description: 'Always fails.',
    run: () => ({ ...text('This tool intentionally returns an error for testing'), isError: true }),
  },
  json_schema_2020_12_tool: {
    description: 'Has an input schema with words of JSON Schema 2020-12.',
    inputSchema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      $defs: {
        address: { $anchor: 'addressDef', type: 'object', properties: { street: { type: 'string' }, city: { type: 'string' } } },
      },
      properties: {
        name: { type: 'string' },
        address: { $ref: '#/$defs/address' },
        contactMethod: { type: 'string', enum: ['phone', 'email'] },
        phone: { type: 'string' },
        email: { type: 'string' },
      },
      allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
      if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
      then: { required: ['phone'] },
      else: { required: ['email'] },
      additionalProperties: false,
    },
    run: (_context, args) => text(JSON.stringify(args)),
  },
}

export const PROGRESS_TOOLS: Readonly<Record<string, FixtureTool>> = {
  test_tool_with_logging: {
    description: 'Logs while it runs.',
    run: async ({ mcpReq }) => {
      for (const line of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
        await mcpReq.notify({ method: 'notifications/message', params: { level: 'info', data: line } })
        await delay(STEP_MS)
      }
      return text('Logged three times.')
    },
  },
  test_logging_tool: {
    description: 'Logs where the client asked for it.',
    run: async ({ mcpReq }) => {
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- the suite tests that it stays silent unless asked for
      await mcpReq.log('info', 'one line')
      return text('Logged if that was asked for.')
    },
  },
  test_tool_with_progress: {
    description: 'Reports its progress.',
    run: async ({ mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken
      for (const progress of [0, 50, 100]) {
        if (progressToken !== undefined)
          await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } })
        await delay(STEP_MS)
      }
      return text('Done in three steps.')
    },
  },
}
