import { asLogLevel } from '../src-main/base/stderr-log.ts'
import type { Identity } from './options.ts'

/** What says where a server is, or belongs to the bridge alone; to the embedded program some of it would mean something else. */
const NOT_PASSED_ON = ['TMWS_WS_HOST', 'TMWS_WS_PORT', 'TMWS_BRIDGE_MODE', 'TMWS_STDIO_FALLBACK', 'TMWS_TOKEN']

/** The environment of the program that serves from the store: ours, with the identity that flags and defaults have decided. */
export function embeddedEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  { agentId, namespace, capabilities }: Identity,
): Record<string, string | undefined> {
  const passed = Object.fromEntries(
    Object.entries(env).filter(([name, value]) => !NOT_PASSED_ON.includes(name) && !isPlaceholder(name, value)),
  )
  const level = asLogLevel(passed.TMWS_LOG_LEVEL)
  return {
    ...passed,
    TMWS_AGENT_ID: agentId,
    ...(namespace !== undefined && { TMWS_AGENT_NAMESPACE: namespace }),
    ...(capabilities !== undefined && { TMWS_AGENT_CAPABILITIES: capabilities }),
    // The bridge knows a few more words than the server.
    TMWS_LOG_LEVEL: level === 'silent' ? 'error' : level,
  }
}

/** A host that does not expand its placeholders hands them over as they stand. */
function isPlaceholder(name: string, value: string | undefined): boolean {
  return name.startsWith('TMWS_') && /^\$\{.*\}$/.test(value?.trim() ?? '')
}
