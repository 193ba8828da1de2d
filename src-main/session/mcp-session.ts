import { CLIENT_INFO_META_KEY, ProtocolError, ProtocolErrorCode, ResourceNotFoundError, Server } from '@modelcontextprotocol/server'
import type { Implementation, ListToolsResult, McpRequestContext } from '@modelcontextprotocol/server'
import { AppError } from '../base/errors.ts'
import { withRemoteParent } from '../base/tracer.ts'
import { inputJsonSchema, outputJsonSchema } from '../contract/json-schema.ts'
import { MCP_INSTRUCTIONS, MCP_SERVER_NAME, mcpCapabilities } from '../contract/mcp-opening.ts'
import { PROMPTS } from '../contract/prompts.ts'
import { MEMORY_RESOURCE_TEMPLATE, RESOURCES, memoryIdOfUri } from '../contract/resources.ts'
import type { ToolContract } from '../contract/tools/tool-contract.ts'
import { completionsFor } from './mcp-completions.ts'
import { promptText } from './mcp-prompts.ts'
import { progressReporter } from './mcp-progress.ts'
import { toolFailure, toolSuccess } from './mcp-tool-result.ts'
import { BY_REQUEST } from './resource-subscriptions.ts'
import type { Session } from './session.ts'

/** How long a modern client may keep the lists, in milliseconds: they only change with the server's version and settings. */
const LIST_TTL_MS = 300_000

/**
 * One SDK server object that speaks for `session`. Cheap: it is made for each connection, and over HTTP for each request. MCP
 * words stop here; everything is answered by `session.call`. `era` decides how a client subscribes to resources: by request while
 * the connection lasts, or by a `subscriptions/listen` that the transport serves.
 */
// eslint-disable-next-line @typescript-eslint/no-deprecated -- this is the advanced use it is kept for (resources/docs/adr/0004-low-level-mcp-server.md)
export function createMcpServer(session: Session, version: string, era: McpRequestContext['era']): Server {
  // Over HTTP each legacy request stands alone: there is nothing to send an update on.
  const canSubscribe = session.isConnection || era === 'modern'
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- as above
  const server = new Server(
    { ...MCP_SERVER_NAME, version },
    {
      capabilities: mcpCapabilities(canSubscribe),
      instructions: MCP_INSTRUCTIONS,
      cacheHints: {
        'tools/list': { ttlMs: LIST_TTL_MS, cacheScope: 'private' },
        'prompts/list': { ttlMs: LIST_TTL_MS, cacheScope: 'private' },
        'resources/list': { ttlMs: LIST_TTL_MS, cacheScope: 'private' },
        'resources/templates/list': { ttlMs: LIST_TTL_MS, cacheScope: 'private' },
      },
    },
  )
  server.oninitialized = () => {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- only the legacy handshake gets here, and there it is the one source
    nameClient(session, server.getClientVersion())
  }
  server.setRequestHandler('tools/list', () => ({ tools: describeTools(session.listTools()) }))
  server.setRequestHandler('tools/call', async (request, context) => {
    // Modern clients name themselves with each request.
    const envelope = context.mcpReq.envelope as { [CLIENT_INFO_META_KEY]?: Implementation } | undefined // the SDK has checked it, its type says nothing
    nameClient(session, envelope?.[CLIENT_INFO_META_KEY])
    try {
      return toolSuccess(
        await withRemoteParent(request.params._meta?.['traceparent'], () =>
          session.call(request.params.name, request.params.arguments ?? {}, {
            signal: context.mcpReq.signal,
            report: progressReporter(context.mcpReq),
          }),
        ),
      )
    } catch (error) {
      if (error instanceof AppError && error.code === 'not_found' && error.details?.['tool'] !== undefined) {
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, error.message)
      }
      return toolFailure(error)
    }
  })
  server.setRequestHandler('resources/list', () => ({
    resources: RESOURCES.map(({ uri, name, title, description }) => ({ uri, name, title, description, mimeType: 'application/json' })),
  }))
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: [{ ...MEMORY_RESOURCE_TEMPLATE }] }))
  server.setRequestHandler('resources/read', async (request, context) => readResource(session, request.params.uri, context.mcpReq.signal))
  server.setRequestHandler('prompts/list', () => ({
    prompts: PROMPTS.map((prompt) => ({ ...prompt, arguments: prompt.arguments.map((argument) => ({ ...argument })) })),
  }))
  server.setRequestHandler('prompts/get', async (request) => {
    const text = await promptText(session, request.params.name, request.params.arguments ?? {}).catch((error: unknown) => {
      throw toProtocolError(error)
    })
    return { messages: [{ role: 'user' as const, content: { type: 'text' as const, text } }] }
  })
  server.setRequestHandler('completion/complete', async ({ params: { ref, argument } }) => {
    const { values, hasMore } = await completionsFor(session, ref, argument.name, argument.value).catch((error: unknown) => {
      throw toProtocolError(error)
    })
    return { completion: { values, hasMore } }
  })
  if (session.isConnection) sendUpdates(server, session, era)
  return server
}

// eslint-disable-next-line @typescript-eslint/no-deprecated -- as above
function sendUpdates(server: Server, session: Session, era: McpRequestContext['era']): void {
  // The last server object made for a connection is the one that speaks on it; a closed connection has nobody left to tell.
  session.subscriptions.deliverTo((uri) => void server.sendResourceUpdated({ uri }).catch(() => undefined))
  if (era === 'modern') return
  server.setRequestHandler('resources/subscribe', async ({ params: { uri } }) => {
    await session.subscriptions.add(uri, BY_REQUEST).catch((error: unknown) => {
      throw error instanceof AppError && error.code === 'not_found' ? new ResourceNotFoundError(uri) : toProtocolError(error)
    })
    await session.keep()
    return {}
  })
  server.setRequestHandler('resources/unsubscribe', async ({ params: { uri } }) => {
    session.subscriptions.remove(BY_REQUEST, uri)
    await session.keep()
    return {}
  })
}

function nameClient(session: Session, client: Implementation | undefined): void {
  if (client) session.nameClient(`${client.name} ${client.version}`)
}

async function readResource(session: Session, uri: string, signal: AbortSignal) {
  const id = memoryIdOfUri(uri)
  const resource = RESOURCES.find((candidate) => candidate.uri === uri)
  const call =
    id === undefined ? resource && { tool: resource.tool, args: resource.arguments } : { tool: 'recall_memory', args: { memory_id: id } }
  if (!call) throw new ResourceNotFoundError(uri)
  try {
    const answer = await session.call(call.tool, call.args, { signal, audience: 'rest' })
    return { contents: [{ uri, mimeType: 'application/json', text: JSON.stringify(id === undefined ? answer : answer['memory']) }] }
  } catch (error) {
    if (error instanceof AppError && (error.code === 'not_found' || error.code === 'invalid_request')) throw new ResourceNotFoundError(uri)
    throw toProtocolError(error)
  }
}

function toProtocolError(error: unknown): ProtocolError {
  const shown = toolFailure(error)
  const isCallerFault = error instanceof AppError && (error.code === 'not_found' || error.code === 'invalid_request')
  return new ProtocolError(isCallerFault ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError, shown.content[0]?.text ?? '')
}

const described = new WeakMap<ToolContract, ListToolsResult['tools'][number]>()

/** Tool descriptions as MCP shows them. Made once per contract: schemas are large, connections are many. */
function describeTools(contracts: readonly ToolContract[]): ListToolsResult['tools'] {
  return contracts.map((contract) => {
    const known = described.get(contract)
    if (known) return known
    const tool = {
      name: contract.name,
      title: contract.title,
      description: contract.description,
      inputSchema: inputJsonSchema(contract),
      outputSchema: outputJsonSchema(contract),
      annotations: { title: contract.title, ...contract.annotations },
    } as ListToolsResult['tools'][number] // the schemas are objects by contract; their type says only JSON
    described.set(contract, tool)
    return tool
  })
}
