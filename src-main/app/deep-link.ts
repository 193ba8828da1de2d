import { app } from 'electron'
import { LINK_SCHEME } from './app-id.ts'

/** `tmws://memory/ID` and nothing more: no query, no user, no port, an id of the contract's form. */
const MEMORY_LINK = /^tmws:\/\/memory\/([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\/?$/i

/** Where in the dashboard a link leads, as a fragment of its address; undefined for every link that is not one of ours. */
export function fragmentOf(link: string): string | undefined {
  const id = MEMORY_LINK.exec(link)?.[1]
  return id === undefined ? undefined : `#/memories/${id.toLowerCase()}`
}

/** The first of our links among arguments. Systems put other things beside it. */
export function fragmentIn(args: readonly string[]): string | undefined {
  for (const arg of args) {
    const fragment = fragmentOf(arg)
    if (fragment !== undefined) return fragment
  }
  return undefined
}

/** Makes this program the one that opens our links. From sources it would be Electron itself, for every project on the machine. */
export function claimLinks(): void {
  if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME)
}
