import type { Page } from '@playwright/test'
import type { Target } from './in-page.ts'

/** Where Chromium goes when a site may not be shown in a frame. */
const REFUSED_FRAME = 'chrome-error://'

/** Frames a page of the server in every way there is. Returns what the frames show. */
export async function frameIt(page: Page, { api }: Target, path: string): Promise<string[]> {
  const before = page.frames().length
  await page.evaluate(async (url) => {
    for (const [tag, source] of [
      ['iframe', 'src'],
      ['object', 'data'],
      ['embed', 'src'],
    ] as const) {
      const frame = document.createElement(tag)
      frame.setAttribute(source, url)
      const settled = new Promise((resolve) => {
        frame.onload = resolve
        frame.onerror = resolve
      })
      document.body.append(frame)
      await Promise.race([settled, new Promise((resolve) => setTimeout(resolve, 3_000))])
    }
  }, api + path)
  const frames = page.frames().slice(before)
  return frames.map((frame) => (frame.url().startsWith(REFUSED_FRAME) || frame.url() === '' ? 'refused' : `shown: ${frame.url()}`))
}

/** Sends a form as no script has to: by itself, into a new window. Returns the text that the window then shows to the person. */
export async function postForm(page: Page, { api }: Target, path: string, encoding: string, referrer: 'usual' | 'none'): Promise<string> {
  const opening = page.waitForEvent('popup')
  await page.evaluate(
    ({ action, encoding: enctype, referrer: kind }) => {
      if (kind === 'none') document.head.insertAdjacentHTML('beforeend', '<meta name="referrer" content="no-referrer">')
      const form = Object.assign(document.createElement('form'), { method: 'POST', action, enctype, target: '_blank' })
      // As text/plain, name and value make one JSON object.
      const field = Object.assign(document.createElement('input'), { name: '{"content":"planted', value: '"}' })
      form.append(field)
      document.body.append(form)
      form.submit()
    },
    { action: api + path, encoding, referrer },
  )
  const popup = await opening
  await popup.waitForLoadState()
  const text = await popup.evaluate(() => document.body.innerText)
  await popup.close()
  return text
}

export interface OpenedWindow {
  /** What the page that opened it can see. */
  readonly seen: string
  /** What it shows to the person. */
  readonly shown: string
}

/** Opens a page of the server in a window of its own, and looks into it. A file that is offered for download counts as shown. */
export async function openWindow(page: Page, { api }: Target, path: string): Promise<OpenedWindow> {
  const opening = page.waitForEvent('popup')
  const looking = page.evaluate(async (url) => {
    const opened = window.open(url)
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    try {
      return opened?.document.body.innerText === '' ? 'refused' : `read: ${opened?.document.body.innerText ?? ''}`
    } catch {
      return 'refused'
    }
  }, api + path)
  const popup = await opening
  const download = popup.waitForEvent('download', { timeout: 1_500 }).catch(() => undefined)
  await popup.waitForLoadState().catch(() => undefined)
  const file = await download
  const shown = file ? `a file: ${file.suggestedFilename()}` : await popup.evaluate(() => document.body.innerText)
  await popup.close()
  return { seen: await looking, shown }
}

/** A service worker of the page's own origin reads for it. Returns what it read. */
export function readByServiceWorker(page: Page, { api }: Target): Promise<string> {
  return page.evaluate(async (target) => {
    // Only pages that came safely have any.
    if (!('serviceWorker' in navigator)) return 'refused'
    try {
      await navigator.serviceWorker.register('/worker.js')
      const { active } = await navigator.serviceWorker.ready
      const channel = new MessageChannel()
      const answer = new Promise<string>((resolve) => (channel.port1.onmessage = ({ data }) => resolve(String(data))))
      active?.postMessage(target, [channel.port2])
      return await answer
    } catch {
      return 'refused'
    }
  }, api)
}
