import { session } from 'electron'
import type { Session } from 'electron'
import { OWNER_COOKIE } from '../contract/protocol.ts'

/** Kept, because the page remembers its look in it. */
const PARTITION = 'persist:dashboard'
/** To write what the person copies is all that the page may do of what asks for leave. */
const PERMISSION = 'clipboard-sanitized-write'
/** Pages and files that the page makes itself, and the developer tools. */
const LOCAL_SCHEMES: readonly string[] = ['blob:', 'data:', 'devtools:']

/**
 * The session of the dashboard's window: it reaches our server and nothing else, may copy and nothing else, and is signed in as the person.
 * Made once for each start of the server; what an earlier one had set is replaced.
 */
export async function openDashboardSession(pageUrl: string, ownerCookie: string): Promise<Session> {
  const { origin, host } = new URL(pageUrl)
  const own = session.fromPartition(PARTITION)
  const isOurs = (address: string): boolean => URL.canParse(address) && new URL(address).origin === origin

  own.setPermissionRequestHandler((_contents, permission, decide, details) =>
    decide(permission === PERMISSION && isOurs(details.requestingUrl)),
  )
  own.setPermissionCheckHandler((_contents, permission, requestingOrigin) => permission === PERMISSION && isOurs(requestingOrigin))
  own.setDevicePermissionHandler(() => false)
  // Its dictionaries would be downloaded.
  own.setSpellCheckerEnabled(false)
  own.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !mayReach(details.url, host) }))
  own.on('will-download', (event, item) => {
    const address = item.getURL()
    if (!isOurs(address.replace(/^blob:/, ''))) event.preventDefault()
  })
  const cookie = { url: pageUrl, name: OWNER_COOKIE, value: ownerCookie, httpOnly: true, sameSite: 'strict' } as const
  // A page that could not be signed in asks for the token.
  await own.cookies.set(cookie).catch(() => undefined)
  return own
}

/** Whether the page may ask this address for anything. */
export function mayReach(address: string, ownHost: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, host } = new URL(address)
  return LOCAL_SCHEMES.includes(protocol) || (['http:', 'ws:'].includes(protocol) && host === ownHost)
}
