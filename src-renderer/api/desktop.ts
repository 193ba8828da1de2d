import { DESKTOP_API_KEY, type DesktopApi } from '../../src-main/contract/ipc.ts'

export type { DesktopApi, Updates } from '../../src-main/contract/ipc.ts'

/** The desktop app around the page; undefined in a browser. Its calls reject with a sentence for the person. */
export const desktop = (globalThis as { readonly [DESKTOP_API_KEY]?: DesktopApi })[DESKTOP_API_KEY] // put there by the preload
