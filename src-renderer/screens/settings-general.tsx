import { ChoiceMenu } from '../components/choice-menu.tsx'
import { SettingsRow } from '../components/settings-row.tsx'
import { SettingsSection } from '../components/settings-section.tsx'
import { THEMES } from '../state/preferences.ts'
import type { Stores } from '../state/stores.ts'
import { useStore } from '../state/use-store.ts'
import { LANGUAGES, type LanguageChoice } from '../strings/language.ts'
import { strings } from '../strings/strings.ts'
import { SettingsDesktop } from './settings-desktop.tsx'

const words = strings.settings.general
const LANGUAGE_CHOICES = ['system', ...Object.keys(LANGUAGES)] as LanguageChoice[] // the keys of the table

/** How the page looks to this person, and what the desktop app does on this computer. */
export function SettingsGeneral({ stores }: { readonly stores: Stores }) {
  const { theme, language } = useStore(stores.preferences, (state) => state)
  const setLanguage = (next: LanguageChoice) => {
    if (next === language) return
    stores.preferences.setState({ language: next })
    // The words of a page are chosen once, when it is loaded.
    location.reload()
  }
  return (
    <>
      <SettingsSection title={words.appearance} note={words.here}>
        <SettingsRow label={words.theme} about={words.themeHow}>
          <ChoiceMenu
            label={words.theme}
            look="plain"
            value={theme}
            options={THEMES.map((name) => ({ value: name, text: strings.nav.themes[name] }))}
            onChange={(next) => stores.preferences.setState({ theme: next })}
          />
        </SettingsRow>
        <SettingsRow label={words.language} about={words.languageHow}>
          <ChoiceMenu
            label={words.language}
            look="plain"
            value={language}
            options={LANGUAGE_CHOICES.map((name) => ({ value: name, text: name === 'system' ? words.system : LANGUAGES[name] }))}
            onChange={setLanguage}
          />
        </SettingsRow>
      </SettingsSection>
      <SettingsDesktop stores={stores} />
    </>
  )
}
