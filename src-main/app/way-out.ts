import { app, shell } from 'electron'
import { mkdirSync } from 'node:fs'
import { messageOf } from '../base/errors.ts'
import { redactText } from '../base/redact.ts'
import { runRestore } from '../server/moving/run-restore.ts'
import { openInBrowser } from './contents-guard.ts'
import { faceOf } from './failure-page.ts'
import type { FailureAction, FailureFace } from './failure-page.ts'
import { FailureWindow } from './failure-window.ts'
import type { StartFailure } from './start-failure.ts'
import { languageOf, wordsIn } from './words.ts'

/** Says what is wrong with the server and does what the person chooses, until that is to try again (also after a restore), or to quit. */
export async function findWayOut(failure: StartFailure): Promise<'retry' | 'quit'> {
  const language = languageOf(app.getLocale())
  const words = wordsIn(language).failure
  const face = faceOf(failure, words, language)
  const window = new FailureWindow(face, words, language)
  try {
    for (let shown: FailureFace = face; ;) {
      const action = await window.ask(shown)
      if (action === 'retry') return 'retry'
      if (action === 'quit') return 'quit'
      const note = await act(action, failure)
      if (action === 'restore' && note === undefined) return 'retry'
      shown = { ...face, ...(note !== undefined && { note }) }
    }
  } finally {
    window.close()
  }
}

/** Returns what went wrong, if something did. */
async function act(action: FailureAction, failure: StartFailure): Promise<string | undefined> {
  try {
    if (action === 'open-other' && failure.otherUrl !== undefined) openInBrowser(failure.otherUrl)
    if (action === 'data-folder') return await openFolder(failure.dataDir)
    if (action === 'log') shell.showItemInFolder(failure.logFile)
    // The damaged database is kept beside the backups.
    if (action === 'restore' && failure.restorable) await runRestore(failure.restorable.config, failure.restorable.backup.file)
    return undefined
  } catch (error) {
    return redactText(messageOf(error))
  }
}

async function openFolder(folder: string): Promise<string | undefined> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const problem = await shell.openPath(folder)
  return problem === '' ? undefined : problem
}
