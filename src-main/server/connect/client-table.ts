import type { Machine } from '../../config/machine.ts'
import type { ClientId } from '../../contract/clients.ts'
import { CLAUDE_CODE, CLAUDE_DESKTOP, CODEX, CURSOR, GEMINI_CLI, VSCODE, WINDSURF, ZED } from './client-places.ts'
import type { ClientPlaces } from './client-places.ts'
import type { EntryValue, ReadConfig } from './edit/config-document.ts'
import { jsonReader } from './edit/json-document.ts'
import { readToml } from './edit/toml-document.ts'
import type { Launch } from './launch.ts'

/** How one client is wired: where its configuration lies, in what form, and how our entry looks there. */
export interface ClientSpec {
  readonly id: ClientId
  readonly title: string
  readonly places: (machine: Machine) => ClientPlaces
  readonly read: ReadConfig
  /** False: the client itself cannot read a file that begins with a byte order mark. */
  readonly takesByteOrderMark: boolean
  /** Name of the table of servers. */
  readonly container: string
  readonly entryOf: (launch: Launch) => EntryValue
  /** `command`: the file belongs to a running program, so its own command line edits it. */
  readonly way: 'file' | 'command'
  readonly alsoTakes: readonly ('http' | 'sse' | 'ws')[]
  readonly restart: string
  /** Names of its process that mean it will write its configuration over ours. */
  readonly overwritesWhileRunning?: readonly string[]
}

const PLAIN_JSON = jsonReader({ comments: false, trailingCommas: false })
const JSON_WITH_COMMENTS = jsonReader({ comments: true, trailingCommas: false })
const JSONC = jsonReader({ comments: true, trailingCommas: true })

function bareEntry({ command, args, env }: Launch): EntryValue {
  return { command, args, env }
}

function typedEntry(launch: Launch): EntryValue {
  return { type: 'stdio', command: launch.command, args: launch.args, env: launch.env }
}

/** Facts and sources: resources/docs/connect.md. */
export const CLIENTS: Readonly<Record<ClientId, ClientSpec>> = {
  'claude-desktop': {
    id: 'claude-desktop',
    title: 'Claude Desktop',
    places: CLAUDE_DESKTOP,
    read: PLAIN_JSON,
    takesByteOrderMark: false,
    container: 'mcpServers',
    entryOf: bareEntry,
    way: 'file',
    alsoTakes: [],
    restart: 'Quit Claude Desktop fully (also from the tray or the menu bar) and open it again.',
    overwritesWhileRunning: ['Claude', 'claude-desktop', 'Claude.exe'],
  },
  'claude-code': {
    id: 'claude-code',
    title: 'Claude Code',
    places: CLAUDE_CODE,
    read: PLAIN_JSON,
    takesByteOrderMark: true,
    container: 'mcpServers',
    entryOf: typedEntry,
    way: 'command',
    alsoTakes: ['http', 'sse', 'ws'],
    restart: 'Start a new session of Claude Code; /mcp shows its servers.',
  },
  cursor: {
    id: 'cursor',
    title: 'Cursor',
    places: CURSOR,
    read: JSON_WITH_COMMENTS,
    takesByteOrderMark: true,
    container: 'mcpServers',
    entryOf: bareEntry,
    way: 'file',
    alsoTakes: ['http', 'sse'],
    restart: 'Open Cursor Settings, MCP, and switch tmws on; restart Cursor if it is not listed.',
  },
  vscode: {
    id: 'vscode',
    title: 'VS Code',
    places: VSCODE,
    read: JSONC,
    takesByteOrderMark: true,
    container: 'servers',
    entryOf: typedEntry,
    way: 'file',
    alsoTakes: ['http', 'sse'],
    restart: 'Run "MCP: List Servers" in VS Code and start tmws.',
  },
  windsurf: {
    id: 'windsurf',
    title: 'Windsurf',
    places: WINDSURF,
    read: PLAIN_JSON,
    takesByteOrderMark: true,
    container: 'mcpServers',
    entryOf: bareEntry,
    way: 'file',
    alsoTakes: ['http', 'sse'],
    restart: 'Press Refresh in the MCP settings of Cascade, or restart Windsurf.',
  },
  zed: {
    id: 'zed',
    title: 'Zed',
    places: ZED,
    read: JSONC,
    takesByteOrderMark: true,
    container: 'context_servers',
    entryOf: bareEntry,
    way: 'file',
    alsoTakes: ['http'],
    restart: 'Zed reads its settings at once; the Agent panel shows tmws.',
  },
  codex: {
    id: 'codex',
    title: 'Codex',
    places: CODEX,
    read: readToml,
    takesByteOrderMark: true,
    container: 'mcp_servers',
    entryOf: bareEntry,
    way: 'file',
    alsoTakes: ['http'],
    restart: 'Start a new session of Codex; /mcp shows its servers.',
  },
  'gemini-cli': {
    id: 'gemini-cli',
    title: 'Gemini CLI',
    places: GEMINI_CLI,
    read: JSON_WITH_COMMENTS,
    takesByteOrderMark: true,
    container: 'mcpServers',
    entryOf: bareEntry,
    way: 'file',
    alsoTakes: ['http', 'sse'],
    restart: 'Start a new session of Gemini CLI; /mcp shows its servers.',
  },
}
