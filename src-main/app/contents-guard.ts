import { app, shell } from 'electron'
import type { WebContents } from 'electron'

/** Whether contents may show a page. */
export type PageRule = (url: URL) => boolean

const rules = new WeakMap<WebContents, PageRule>()

/**
 * Binds everything that can show a page, also what Electron or a later change makes without our doing: no navigation but to the pages that
 * its rule names (none without a rule), no new window, no `<webview>`. Links to the web open in the browser.
 */
export function guardAllContents(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-attach-webview', (event) => event.preventDefault())
    for (const event of ['will-navigate', 'will-frame-navigate', 'will-redirect'] as const) {
      // Typed for one event at a time; all three carry the address and can be prevented.
      contents.on(event as 'will-navigate', (details) => {
        if (!mayShow(contents, details.url)) details.preventDefault()
      })
    }
    contents.setWindowOpenHandler(({ url }) => {
      openInBrowser(url)
      return { action: 'deny' }
    })
  })
}

export function allowPages(contents: WebContents, rule: PageRule): void {
  rules.set(contents, rule)
}

/** Hands an address of the web or of mail to the program that the person uses for it; any other address is dropped. Returns whether it was. */
export function openInBrowser(address: string): boolean {
  if (!isForOtherPrograms(address)) return false
  // That there is no such program is told by the system.
  void shell.openExternal(address).catch(() => undefined)
  return true
}

function mayShow(contents: WebContents, address: string): boolean {
  return URL.canParse(address) && rules.get(contents)?.(new URL(address)) === true
}

/** Other schemes start programs with what the page says. A name and password in an address are there to deceive. */
function isForOtherPrograms(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, username, password } = new URL(address)
  return ['http:', 'https:', 'mailto:'].includes(protocol) && username === '' && password === ''
}
