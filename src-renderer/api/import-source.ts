import type { DesktopApi } from './desktop.ts'
import type { ImportChoice, ImportProgress, ImportSummary, SettingsApi } from './settings-api.ts'

/** A file that was chosen, and the way it takes to the server. */
export interface ImportSource {
  readonly name: string
  readonly bytes: number
  readonly run: (choice: ImportChoice, onProgress: (progress: ImportProgress) => void) => Promise<ImportSummary>
}

/** A file that the browser reads. */
export function sourceOf(settings: SettingsApi, file: File | undefined): ImportSource | undefined {
  return file && { name: file.name, bytes: file.size, run: (choice, onProgress) => settings.importFile(file, choice, onProgress) }
}

/** A file that the desktop app reads, chosen in the dialog of the system; undefined when none was. */
export async function chooseByDesktop(app: DesktopApi): Promise<ImportSource | undefined> {
  const chosen = await app.chooseImportFile()
  if (chosen.outcome === 'cancelled') return undefined
  const { name, bytes, ticket } = chosen
  // Its summary is that of the REST answer.
  return { name, bytes, run: async (choice) => (await app.importChosenFile(ticket, choice)) as ImportSummary }
}
