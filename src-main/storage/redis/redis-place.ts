/** Where the shared state is. */
export interface RedisPlace {
  /** `redis://`, `rediss://`, `unix:` or the path of a socket. May hold a password: never shown. */
  readonly url: string
  /** Begins every key and channel. */
  readonly prefix: string
}

/** The place as people may read it: without name and password. */
export function shownPlace(url: string): string {
  if (url.startsWith('/')) return url
  try {
    const { protocol, hostname, port, pathname } = new URL(url)
    if (protocol === 'unix:') return pathname
    return `${hostname}:${port === '' ? '6379' : port}${pathname.length > 1 ? pathname : ''}`
  } catch {
    return 'the address in TMWS_REDIS_URL'
  }
}
