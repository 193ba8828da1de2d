import { strings } from '../strings/strings.ts'
import { SETTINGS_PARTS, type SettingsPart } from '../strings/en-settings.ts'

const words = strings.settings

/** The parts of the settings; a dot says where something waits to be saved. */
export function SettingsNav({ current, unsaved }: { readonly current: SettingsPart; readonly unsaved: ReadonlySet<string> }) {
  return (
    <nav className="settings-nav" aria-label={words.partsLabel}>
      {SETTINGS_PARTS.map((part) => (
        <a key={part} href={`#/settings/${part}`} aria-current={part === current ? 'page' : undefined}>
          {words.parts[part]}
          {unsaved.has(part) && (
            <span className="unsaved-dot" title={words.unsavedMark}>
              <span className="visually-hidden">{words.unsavedMark}</span>
            </span>
          )}
        </a>
      ))}
    </nav>
  )
}
