/** Words and numbers of the wires. Units are in the names. No schema library: the bridge reads this file too. */

import { ERROR_TABLE } from './errors.ts'

export const PRODUCT_NAME = 'TMWS'

export const DEFAULT_HOST = '127.0.0.1'
export const DEFAULT_API_PORT = 8000
export const DEFAULT_WS_PORT = 8001

/** Prefix of the REST API. */
export const API_PREFIX = '/api/v1'
export const EVENTS_PATH = `${API_PREFIX}/events`
export const MCP_HTTP_PATH = '/mcp'
/** Where OAuth clients ask how to sign in (RFC 9728). */
export const PROTECTED_RESOURCE_PATH = '/.well-known/oauth-protected-resource'
/** Paths on which the WebSocket port speaks MCP. */
export const MCP_WS_PATHS: readonly string[] = ['/', '/mcp']
/** Accepted when a client offers it, never required. */
export const MCP_SUBPROTOCOL = 'mcp'

export const HEADERS = {
  agentId: 'x-agent-id',
  agentNamespace: 'x-agent-namespace',
  agentCapabilities: 'x-agent-capabilities',
  sessionId: 'x-session-id',
  sessionResume: 'x-session-resume',
  requestId: 'x-request-id',
} as const

/** Identity of a caller that names none. */
export const ANONYMOUS_AGENT_ID = 'anonymous'
export const DEFAULT_NAMESPACE = 'default'
/** Identity of the person at the machine; no agent may claim it. */
export const OWNER_AGENT_ID = 'owner'
/** Whom a history names for what nobody asked for, such as expiry; no agent may claim it either. */
export const SYSTEM_ACTOR_ID = 'system'
export const RESERVED_AGENT_IDS: readonly string[] = [OWNER_AGENT_ID, SYSTEM_ACTOR_ID]

/** Cookie that carries the owner scope to the dashboard. */
export const OWNER_COOKIE = 'tmws_owner'

/** WebSocket close codes that are not tied to an error code (see `ERROR_TABLE` for those). */
export const CLOSE_CODES = {
  normal: 1000,
  /** The server stops; reconnect here or elsewhere. */
  goingAway: 1001,
  /** A binary frame came; only text is spoken. */
  unsupportedData: 1003,
  /** Never sent: what an end of the connection without a close frame is called. */
  lost: 1006,
  tooLarge: 1009,
  /** A reader too slow for its buffer, or a server that is full. */
  tryAgainLater: 1013,
  /** The person or an admin has ended the session; its resume secret is void. Do not come back by yourself. */
  disconnected: 4403,
  idleTimeout: 4408,
} as const

/** After these a client comes back only when it has something to ask: the server wanted it gone, and gone it is. */
export const RESTING_CLOSE_CODES: readonly number[] = [CLOSE_CODES.idleTimeout, ERROR_TABLE.forbidden.closeCode]

/** Sent once after the upgrade to a client that named itself. */
export const WELCOME_METHOD = 'welcome'

/**
 * First line of a process that serves from the store itself (out/main/fallback.js), for the bridge that started it: `{state: 'ready'}`, or
 * `{state: 'refused', message}` before it ends.
 */
export const EMBEDDED_STATE_METHOD = 'tmws/embedded_state'

/** Sent to the live connections of an agent when a task becomes its own. */
export const TASK_ASSIGNED_METHOD = 'task_assigned'

/** MCP's own notification of a resource that changed. */
export const RESOURCE_UPDATED_METHOD = 'notifications/resources/updated'

/** Sent to a client that came back, or whose server lost sight of the others, when more may have happened than it is told one by one. */
export const NOTICES_LOST_METHOD = 'notices_lost'

/** Plain JSON-RPC methods of the WebSocket, and the tool that answers each. */
export const PLAIN_RPC_METHODS: Readonly<Record<string, string>> = {
  get_agent_info: 'get_agent_info',
  create_memory: 'create_memory',
  search_memories: 'search_memories',
  get_session_statistics: 'get_session_statistics',
}

/** Where the error body of a failed tool call stands for programs; the text is for the model. */
export const ERROR_META_KEY = 'tmws/error'

/** JSON-RPC 2.0 codes that the framing itself can raise. */
export const JSON_RPC = { parseError: -32700, invalidRequest: -32600, methodNotFound: -32601, invalidParams: -32602 } as const

export const LIMITS = {
  contentCharacters: 100_000,
  summaryCharacters: 2_000,
  tags: 50,
  tagCharacters: 64,
  sharedWith: 100,
  links: 100,
  contextBytes: 64 * 1024,
  queryCharacters: 2_000,
  idCharacters: 64,
  /** Longest id of a JSON-RPC request; a longer one is no id. */
  requestIdCharacters: 256,
  taskTitleCharacters: 200,
  taskDescriptionCharacters: 20_000,
  taskTypeCharacters: 64,
  taskErrorCharacters: 2_000,
  taskNotes: 100,
  taskNoteCharacters: 2_000,
  taskDependencies: 100,
  workflowNameCharacters: 100,
  workflowDescriptionCharacters: 2_000,
  /** Whatever the settings allow: no workflow has more. */
  workflowSteps: 500,
  stepDependencies: 100,
  expressionCharacters: 1_000,
  urlCharacters: 2_048,
  capabilitiesBytes: 8 * 1024,
  pageSize: 100,
  httpBodyBytes: 4 * 1024 * 1024,
  /** What one event listener may leave unread before it is closed with 1013. */
  feedBufferBytes: 1024 * 1024,
  /** What one MCP client may leave unread before it is closed with 1013. */
  socketBufferBytes: 16 * 1024 * 1024,
  /** Requests of one connection that may wait for their answer at once. */
  pendingCallsPerSession: 256,
  /** Resources that one connection may be subscribed to at once. */
  subscriptionsPerSession: 1_000,
  /** `subscriptions/listen` streams of one connection that may want the same resource. */
  listensPerSession: 64,
  /** Resources and tasks whose notices wait for a client to come back; of more, it is told that something is missing. */
  missedResources: 1_000,
  missedTasks: 100,
  /** Sessions whose client is away that note what it misses, and their subscriptions in all. */
  awaySessions: 1_000,
  awaySubscriptions: 20_000,
  /** Upgrade requests that may be under way at once. */
  pendingUpgrades: 512,
  /** Values that one completion offers at most; the MCP specification's own limit. */
  completionValues: 100,
} as const
