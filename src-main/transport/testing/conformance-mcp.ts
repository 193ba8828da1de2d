import { ProtocolError, ProtocolErrorCode, Server } from '@modelcontextprotocol/server'
import type { CallToolResult, McpRequestContext, ServerNotifier } from '@modelcontextprotocol/server'
import { FIXTURE_PROMPTS, FIXTURE_RESOURCES, FIXTURE_TEMPLATES, promptFixture, readFixture } from './conformance-content.ts'
import { INPUT_TOOLS, LEGACY_INPUT_TOOLS, requestStates } from './conformance-inputs.ts'
import { CONTENT_TOOLS, PROGRESS_TOOLS, text } from './conformance-tools.ts'
import type { FixtureTool } from './conformance-tools.ts'

/** The server that the conformance suite expects to meet: fixtures by the names it calls, and nothing of TMWS. */
// eslint-disable-next-line @typescript-eslint/no-deprecated -- as in session/mcp-session.ts
export function createFixtureServer(era: McpRequestContext['era'], notifier: () => ServerNotifier): Server {
  const isModern = era === 'modern'
  const tools: Readonly<Record<string, FixtureTool>> = {
    ...CONTENT_TOOLS,
    ...PROGRESS_TOOLS,
    ...(isModern ? { ...INPUT_TOOLS, ...changeTools(notifier) } : LEGACY_INPUT_TOOLS),
  }
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- as above
  const server = new Server(
    { name: 'tmws-conformance-fixtures', version: '1.0.0' },
    {
      capabilities: {
        tools: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
        prompts: { listChanged: true },
        completions: {},
        logging: {},
      },
      requestState: { verify: (state, context) => requestStates.verify(state, context) },
    },
  )
  server.setRequestHandler('tools/list', () => ({
    tools: Object.entries(tools).map(([name, { description, inputSchema }]) => ({
      name,
      description,
      inputSchema: { ...inputSchema, type: 'object' as const },
    })),
  }))
  server.setRequestHandler('tools/call', async ({ params }, context) => {
    const tool = Object.hasOwn(tools, params.name) ? tools[params.name] : undefined
    if (!tool) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no tool ${params.name}.`)
    return (await tool.run(context, params.arguments ?? {})) as CallToolResult // or a request for input, which the SDK sends as well
  })
  server.setRequestHandler('resources/list', () => ({ resources: FIXTURE_RESOURCES }))
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: FIXTURE_TEMPLATES }))
  server.setRequestHandler('resources/read', ({ params }) => readFixture(params.uri))
  server.setRequestHandler('prompts/list', () => ({ prompts: FIXTURE_PROMPTS }))
  server.setRequestHandler('prompts/get', ({ params }, context) => {
    const found = promptFixture(params.name, params.arguments ?? {}, context)
    if (!found) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no prompt ${params.name}.`)
    return found // or a request for input
  })
  server.setRequestHandler('completion/complete', () => ({ completion: { values: [], hasMore: false } }))
  if (!isModern) {
    server.setRequestHandler('resources/subscribe', () => ({}))
    server.setRequestHandler('resources/unsubscribe', () => ({}))
  }
  return server
}

/** Tools after which the suite listens for a change of the lists. */
function changeTools(notifier: () => ServerNotifier): Readonly<Record<string, FixtureTool>> {
  const announcing = (announce: () => void): FixtureTool => ({
    description: 'Announces a change.',
    run: () => {
      announce()
      return text('Announced.')
    },
  })
  return {
    test_trigger_tool_change: announcing(() => notifier().toolsChanged()),
    test_trigger_prompt_change: announcing(() => notifier().promptsChanged()),
  }
}
