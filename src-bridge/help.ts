import { BRIDGE_VERSION } from './version.ts'
import { DEFAULT_BRIDGE_AGENT_ID } from './options.ts'

export const HELP = `tmws-bridge ${BRIDGE_VERSION}: connects a stdio MCP host to the TMWS server on this machine.

Usage: tmws-bridge [flags]
  --host HOST          server's host (TMWS_WS_HOST)
  --port PORT          server's WebSocket port (TMWS_WS_PORT)
  --agent-id ID        who the agent is (TMWS_AGENT_ID; default ${DEFAULT_BRIDGE_AGENT_ID})
  --bridge-mode MODE   (TMWS_BRIDGE_MODE; default hybrid)
                         hybrid     the running server; while none runs, the same tools from the database itself
                         websocket  only the running server
                         stdio      only the database itself
  --test               try the server and the database once, say in words what works and what does not, exit 0 or 1
  --help, --version

Without a host and a port the running server is found by ~/.tmws/runtime.json (TMWS_RUNTIME_FILE), else 127.0.0.1:8001 is tried.
Also read: TMWS_AGENT_NAMESPACE, TMWS_AGENT_CAPABILITIES (JSON), TMWS_TOKEN (the agent's token; without it the one that
"tmws tokens create --save" has put beside the discovery file), TMWS_LOG_LEVEL (of stderr), TMWS_STDIO_FALLBACK (false: hybrid does not fall back). For the database itself the server's own settings count, above all
TMWS_DATA_DIR; where sign-in is on it is not used.
A flag wins over the environment. Arguments not named here are ignored.
`
