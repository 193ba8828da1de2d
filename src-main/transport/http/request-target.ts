import type { IncomingMessage } from 'node:http'

/**
 * The path and query of a request. One to a proxy names the whole URL (RFC 9112, 3.2.2); a server takes it too, and then its host counts
 * as the `Host`, so that one that is not ours is refused as such.
 */
export function pathOfTarget(request: IncomingMessage): string {
  const url = request.url ?? '/'
  const [, authority, rest = ''] = /^https?:\/\/([^/?#]*)(.*)$/is.exec(url) ?? []
  if (authority === undefined) return url
  request.headers.host = authority
  return rest.startsWith('/') ? rest : `/${rest}`
}
