/** Size of the palette in styles/tokens.css: `--agent-0` to `--agent-11`. */
export const AGENT_COLORS = 12

/** The same agent has the same colour in every list, chart and window: FNV-1a of its id, over the palette. */
export function agentColorIndex(agentId: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < agentId.length; at += 1) hash = Math.imul(hash ^ agentId.charCodeAt(at), 0x01000193)
  // The low bits of FNV-1a of short ids are alike; the high half evens them out.
  return ((hash ^ (hash >>> 15)) >>> 0) % AGENT_COLORS
}

export function agentColor(agentId: string): string {
  return `var(--agent-${agentColorIndex(agentId)})`
}
