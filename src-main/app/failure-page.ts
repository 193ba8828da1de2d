import type { StartFailure } from './start-failure.ts'
import type { Words } from './words.ts'

export type FailureAction = keyof Words['failure']['actions']

export const FAILURE_SCHEME = 'tmws-app'
export const FAILURE_URL = `${FAILURE_SCHEME}://failure/`
const ACTION_URL = `${FAILURE_URL}do/`

/** What the page says and offers. */
export interface FailureFace {
  readonly what: string
  readonly todo: string
  readonly message: string
  readonly dataDir: string
  /** The first is the one to choose. */
  readonly actions: readonly { readonly action: FailureAction; readonly label: string }[]
  /** What came of the last action. */
  readonly note?: string
}

/** Nothing but its own style: no script runs in this page, and its buttons are links that never load. */
export const FAILURE_CSP = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

export function faceOf(failure: StartFailure, words: Words['failure'], locale: string): FailureFace {
  const { kind, message, dataDir, otherUrl, restorable } = failure
  const { actions: labels } = words
  const when = restorable && new Date(restorable.backup.created_at).toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' })
  return {
    ...words.kinds[kind],
    message,
    dataDir,
    actions: [
      ...(otherUrl === undefined ? [] : [{ action: 'open-other', label: labels['open-other'] } as const]),
      ...(when === undefined ? [] : [{ action: 'restore', label: labels.restore(when) } as const]),
      ...(['retry', 'data-folder', 'log', 'quit'] as const).map((action) => ({ action, label: labels[action] })),
    ],
  }
}

/** The action that a link of the page stands for. */
export function actionOf(url: string, face: FailureFace): FailureAction | undefined {
  const name = url.startsWith(ACTION_URL) ? url.slice(ACTION_URL.length) : undefined
  return face.actions.find(({ action }) => action === name)?.action
}

export function failurePage(face: FailureFace, words: Words['failure'], language: string): string {
  const actions = face.actions.map(
    ({ action, label }, index) => `<a href="${ACTION_URL}${action}"${index === 0 ? ' class="first"' : ''}>${escaped(label)}</a>`,
  )
  return `<!doctype html>
<html lang="${language}">
<meta charset="utf-8">
<title>${escaped(words.title)}</title>
<link rel="stylesheet" href="page.css">
<main>
<h1>${escaped(face.what)}</h1>
<p>${escaped(face.todo)}</p>
${face.note === undefined ? '' : `<p class="note" role="status">${escaped(face.note)}</p>`}
<h2>${escaped(words.said)}</h2>
<p class="said">${escaped(face.message)}</p>
<h2>${escaped(words.dataFolder)}</h2>
<p class="said">${escaped(face.dataDir)}</p>
<nav aria-label="${escaped(words.title)}">
${actions.join('\n')}
</nav>
</main>
</html>
`
}

/** In the look of the dashboard (src-renderer/styles/tokens.css), which cannot be loaded when its server does not run. */
export const FAILURE_STYLE = `
:root { color-scheme: light dark; --text: #1d2021; --quiet: #5c6366; --page: #fafafa; --line: #d9dcdd; --accent: #0f6e72; --on-accent: #fff; }
@media (prefers-color-scheme: dark) { :root { --text: #e8eaea; --quiet: #a3abad; --page: #17181a; --line: #34383a; --accent: #58b9b5; --on-accent: #10201f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 13px/1.5 system-ui, sans-serif; }
main { padding: 28px 32px; max-width: 640px; }
h1 { margin: 0 0 8px; font-size: 18px; line-height: 1.35; text-wrap: balance; }
h2 { margin: 20px 0 2px; font-size: 11px; font-weight: 600; color: var(--quiet); }
p { margin: 0; font-size: 15px; }
.said { font: 12px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; user-select: text; max-height: 8em; overflow-y: auto; }
.note { margin-top: 12px; padding-left: 10px; border-left: 3px solid var(--accent); }
nav { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 28px; }
a { padding: 6px 12px; border: 1px solid var(--line); border-radius: 6px; color: inherit; text-decoration: none; cursor: default; }
a:hover { border-color: var(--quiet); }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
a.first { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
`

const SIGNS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => SIGNS[sign] ?? sign)
}
