import { readDiscovery, resolveTarget } from '../discovery.ts'
import { SocketSide } from '../socket-side.ts'
import { bracketed } from './client-options.ts'
import type { Platform } from './platform.ts'

/** Node: `ws`, which carries headers, shows why a server refused and answers pings, and the discovery file. */
export const nodePlatform: Platform = {
  sendsHeaders: true,

  wsUrl({ url, host, port, runtimeFile }) {
    if (url !== undefined) return url
    const by = 'an option'
    const target = {
      ...(host !== undefined && { host: { value: bracketed(host), by } }),
      ...(port !== undefined && { port: { value: port, by } }),
    }
    // With both given, the file has nothing to add.
    const discovery = target.host && target.port ? ({ state: 'absent', path: '' } as const) : readDiscovery(runtimeFile)
    return resolveTarget(target, discovery).url
  },

  apiUrl: () => undefined,

  openSocket(url, headers, handlers, timings) {
    const side = new SocketSide(
      url,
      { ...headers },
      {
        opened: (opening) => handlers.opened(opening),
        frame: (frame) => handlers.text(frame.toString('utf8')),
        drained: () => undefined, // the number of calls in flight bounds what is unsent
        closed: (code, reason) => handlers.closed(code, reason),
        failed: (failure) => handlers.failed(failure),
      },
      timings,
    )
    return { send: (text) => side.send(Buffer.from(text)), drop: () => side.drop(), close: () => side.close() }
  },
}
