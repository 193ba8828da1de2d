import { API_PREFIX, MCP_HTTP_PATH } from '../../src-main/contract/protocol.ts'
import type { ClientList } from '../api/clients-api.ts'

/** Texts to copy into other programs, with this server's own addresses. `my-agent` and the token are to be replaced. */

const SAMPLE_AGENT = 'my-agent'
const SAMPLE_TOKEN = 'tmws_...'

export function stdioSnippet({ command, args, env }: ClientList['stdio'], needsToken: boolean): string {
  return json({ mcpServers: { tmws: { command, args, env: { ...env, ...(needsToken && { TMWS_TOKEN: SAMPLE_TOKEN }) } } } })
}

export function httpSnippet(apiUrl: string, needsToken: boolean): string {
  return json({ mcpServers: { tmws: { type: 'http', url: apiUrl + MCP_HTTP_PATH, headers: headersOf(needsToken) } } })
}

export function wsSnippet(wsUrl: string, needsToken: boolean): string {
  return json({ mcpServers: { tmws: { type: 'ws', url: wsUrl, headers: headersOf(needsToken) } } })
}

export function restSnippet(apiUrl: string, needsToken: boolean): string {
  const headers = Object.entries({ ...headersOf(needsToken), 'Content-Type': 'application/json' })
  return [
    `curl ${apiUrl}${API_PREFIX}/memory/search`,
    ...headers.map(([name, value]) => `  -H "${name}: ${value}"`),
    `  -d '{"query": "what do we know about deploys?"}'`,
  ].join(' \\\n')
}

function headersOf(needsToken: boolean): Record<string, string> {
  return { 'X-Agent-ID': SAMPLE_AGENT, ...(needsToken && { Authorization: `Bearer ${SAMPLE_TOKEN}` }) }
}

function json(value: object): string {
  return JSON.stringify(value, null, 2)
}
