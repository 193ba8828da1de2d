/** Size of the palette in styles/tokens.css: `--agent-0` to `--agent-11`. */
export const AGENT_COLORS = 12

/** Chosen so that the best-known clients all differ (agent-color.test.ts). */
const SEED = 0x5678

/** The same agent has the same colour in every list, chart and window: a hash of its id (FNV-1a, MurmurHash3's finish) over the palette. */
export function agentColorIndex(agentId: string): number {
  let hash = SEED
  for (let at = 0; at < agentId.length; at += 1) hash = Math.imul(hash ^ agentId.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) % AGENT_COLORS
}

export function agentColor(agentId: string): string {
  return `var(--agent-${agentColorIndex(agentId)})`
}
