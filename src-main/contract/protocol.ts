/** Words and numbers of the wires. Units are in the names. No schema library: the bridge reads this file too. */

export const PRODUCT_NAME = 'TMWS'

export const DEFAULT_HOST = '127.0.0.1'
export const DEFAULT_API_PORT = 8000
export const DEFAULT_WS_PORT = 8001

/** Prefix of the REST API. */
export const API_PREFIX = '/api/v1'
export const EVENTS_PATH = `${API_PREFIX}/events`
export const MCP_HTTP_PATH = '/mcp'
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
  tooLarge: 1009,
  /** A reader too slow for its buffer, or a server that is full. */
  tryAgainLater: 1013,
  idleTimeout: 4408,
} as const

/** Sent once after the upgrade to a client that named itself. */
export const WELCOME_METHOD = 'welcome'

/** Sent to the live connections of an agent when a task becomes its own. */
export const TASK_ASSIGNED_METHOD = 'task_assigned'

/** Plain JSON-RPC methods of the WebSocket, and the tool that answers each. */
export const PLAIN_RPC_METHODS: Readonly<Record<string, string>> = {
  get_agent_info: 'get_agent_info',
  create_memory: 'create_memory',
  search_memories: 'search_memories',
  get_session_statistics: 'get_session_statistics',
}

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
  /** Values that one completion offers at most; the MCP specification's own limit. */
  completionValues: 100,
} as const
