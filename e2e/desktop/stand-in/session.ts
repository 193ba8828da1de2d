import { EventEmitter } from 'node:events'
import { readiness } from './ready.ts'
import { onDeed, tell } from './wire.ts'

type Decide = (contents: unknown, permission: string, decide: (isAllowed: boolean) => void, details: { requestingUrl: string }) => void
type Check = (contents: unknown, permission: string, origin: string) => boolean
type Filter = (details: { url: string }, answer: (verdict: { cancel: boolean }) => void) => void

export class Session extends EventEmitter {
  static readonly all = new Map<string, Session>()
  readonly partition: string
  readonly schemes = new Map<string, (request: Request) => Response | Promise<Response>>()
  #decide: Decide | undefined
  #check: Check | undefined
  #filter: Filter | undefined

  readonly cookies = {
    set: (cookie: Readonly<Record<string, unknown>>): Promise<void> => {
      tell('cookie', { cookie })
      return Promise.resolve()
    },
  }
  readonly webRequest = { onBeforeRequest: (filter: Filter): void => void (this.#filter = filter) }
  readonly protocol = {
    isProtocolHandled: (scheme: string): boolean => this.schemes.has(scheme),
    handle: (scheme: string, handler: (request: Request) => Response): void => void this.schemes.set(scheme, handler),
    unhandle: (scheme: string): void => void this.schemes.delete(scheme),
  }

  constructor(partition: string) {
    super()
    this.partition = partition
  }

  setPermissionRequestHandler(decide: Decide): void {
    this.#decide = decide
  }

  setPermissionCheckHandler(check: Check): void {
    this.#check = check
  }

  setDevicePermissionHandler(): void {
    // No page is given a device here.
  }

  setSpellCheckerEnabled(isOn: boolean): void {
    tell('spell-checker', { isOn })
  }

  /** What the rules of the session say to a page that asks. */
  judge({ permission, origin, url }: { permission: string; origin: string; url: string }): Record<string, unknown> {
    let [isGranted, isCancelled] = [true, false]
    this.#decide?.({}, permission, (answer) => (isGranted = answer), { requestingUrl: `${origin}/` })
    this.#filter?.({ url }, ({ cancel }) => (isCancelled = cancel))
    let mayDownload = true
    this.emit('will-download', { preventDefault: () => (mayDownload = false) }, { getURL: () => url })
    return { isGranted, isChecked: this.#check?.({}, permission, origin) ?? true, isCancelled, mayDownload }
  }
}

export const session = {
  fromPartition: (partition: string): Session => {
    const known = Session.all.get(partition) ?? new Session(partition)
    Session.all.set(partition, known)
    return known
  },
}

export const protocol = {
  registerSchemesAsPrivileged: (schemes: readonly { scheme: string }[]): void => {
    readiness.assertNotYet('protocol.registerSchemesAsPrivileged()')
    tell('schemes', { schemes: schemes.map(({ scheme }) => scheme) })
  },
}

onDeed('judge', ({ partition, ...asked }: { partition: string; permission: string; origin: string; url: string }) =>
  Session.all.get(partition)?.judge(asked),
)
onDeed('fetch-page', async (url: string) => {
  for (const own of Session.all.values()) {
    const handler = own.schemes.get(new URL(url).protocol.slice(0, -1))
    if (handler) return (await handler(new Request(url))).text()
  }
  throw new Error(`Nobody answers for ${url}.`)
})
