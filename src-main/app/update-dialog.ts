import { app, dialog } from 'electron'
import type { UpdateDesk } from './updates.ts'
import type { Words } from './words.ts'

/** "Check for updates…" of the tray and the menu: asks, says what came of it, and downloads when the person says so. */
export async function checkWithDialog(updates: UpdateDesk, words: Words['updates']): Promise<void> {
  const { status, version = '', problem } = await updates.check()
  const say = (message: string, detail?: string): Promise<unknown> =>
    dialog.showMessageBox({ type: 'info', title: words.title, message, ...(detail !== undefined && { detail }), buttons: [words.ok] })
  if (status === 'current') await say(words.current(app.getVersion()))
  else if (status === 'ready') await say(words.ready(version))
  else if (status === 'available') {
    const { response } = await dialog.showMessageBox({
      type: 'info',
      title: words.title,
      message: words.available(version),
      detail: words.availableDetail,
      buttons: [words.download, words.later],
      defaultId: 0,
      cancelId: 1,
    })
    if (response === 0) updates.download()
  } else if (status === 'failed' || status === 'unavailable') await say(words.failed, problem)
  else await say(words.busy)
}
