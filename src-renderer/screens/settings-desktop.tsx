import { messageOf } from '../api/server-error.ts'
import { desktop } from '../api/desktop.ts'
import { Button } from '../components/button.tsx'
import { SettingsRow } from '../components/settings-row.tsx'
import { SettingsSection } from '../components/settings-section.tsx'
import type { Stores } from '../state/stores.ts'
import { strings } from '../strings/strings.ts'

const words = strings.settings.general

/** What only the desktop app can do; nothing in a browser. */
export function SettingsDesktop({ stores }: { readonly stores: Stores }) {
  if (!desktop) return null
  const openFolder = () => desktop?.showDataFolder().catch((error: unknown) => stores.toasts.fail(messageOf(error)))
  return (
    <SettingsSection title={words.desktop}>
      <SettingsRow label={words.folder} about={words.folderHow}>
        <Button onClick={() => void openFolder()}>{words.openFolder}</Button>
      </SettingsRow>
    </SettingsSection>
  )
}
