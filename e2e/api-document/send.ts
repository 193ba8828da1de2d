import { rawHttp } from '../clients/raw-http.ts'
import type { ShownRequest } from './api-document.ts'

export interface SentAnswer {
  readonly status: number
  readonly contentType: string
  readonly text: string
}

/** Sends a request as OpenAPI says: `{name}` segments of the path filled in, lists in the query repeated, the body as JSON. */
export async function send(
  apiUrl: string,
  method: string,
  path: string,
  { path: inPath, query, body }: Omit<ShownRequest, 'title'>,
  headers: Readonly<Record<string, string>>,
): Promise<SentAnswer> {
  const filled = path.replace(/\{(\w+)\}/g, (_segment, name: string) => encodeURIComponent(asText(inPath[name])))
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((item) => [name, asText(item)])),
  ).toString()
  const answer = await rawHttp(`${apiUrl}${filled}${search === '' ? '' : `?${search}`}`, {
    method,
    // A text is a file of JSON lines; every other body is an object.
    headers: {
      ...headers,
      ...(body !== undefined && { 'content-type': typeof body === 'string' ? 'application/x-ndjson' : 'application/json' }),
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  return { status: answer.status, contentType: answer.headers['content-type'] ?? '', text: answer.text }
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
