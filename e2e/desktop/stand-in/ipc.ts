import { createRequire } from 'node:module'
import { onDeed, tell } from './wire.ts'

type Handler = (event: unknown, ...args: unknown[]) => unknown
interface Sender {
  readonly mainFrame: { readonly url: string }
}

const handlers = new Map<string, Handler>()
const exposed = new Map<string, Readonly<Record<string, (...args: unknown[]) => unknown>>>()
let page: Sender | undefined

export const ipcMain = { handle: (channel: string, handler: Handler): void => void handlers.set(channel, handler) }

function invoke(channel: string, args: readonly unknown[], sender: unknown, senderFrame: unknown): unknown {
  const handler = handlers.get(channel)
  if (!handler) throw new Error(`No handler registered for '${channel}'`)
  // What crosses is a copy.
  return handler({ sender, senderFrame }, ...structuredClone(args))
}

/** What a preload sees. */
export const ipcRenderer = {
  invoke: (channel: string, ...args: unknown[]): Promise<unknown> =>
    Promise.resolve().then(() => invoke(channel, args, page, page?.mainFrame)),
}
export const contextBridge = {
  exposeInMainWorld: (key: string, api: Readonly<Record<string, (...args: unknown[]) => unknown>>): void => {
    exposed.set(key, api)
    tell('exposed', { key, names: Object.keys(api).sort() })
  },
}

/** Our built preload, as a window would run it. */
export function runPreload(file: string, sender: Sender): void {
  page = sender
  const load = createRequire(import.meta.url)
  Reflect.deleteProperty(load.cache, file)
  load(file)
}

onDeed('call', ({ name, args }: { name: string; args: unknown[] }) => exposed.get('desktop')?.[name]?.(...args))
onDeed('channels', () => [...handlers.keys()].sort())
/** As a page of `url`, in a frame of the window or in the window itself. */
onDeed('invoke-as', ({ channel, args, url, isFrame }: { channel: string; args: unknown[]; url: string; isFrame?: boolean }) => {
  if (isFrame === true) return invoke(channel, args, page, { url })
  const stranger = { mainFrame: { url } }
  return invoke(channel, args, stranger, stranger.mainFrame)
})
