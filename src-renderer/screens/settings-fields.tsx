import type { SettingsReport, SettingSection } from '../api/settings-api.ts'
import { SettingsField } from '../components/settings-field.tsx'
import { SettingsSection } from '../components/settings-section.tsx'
import { PART_SECTIONS } from '../model/settings-values.ts'
import type { SettingsPart } from '../strings/en-settings.ts'
import { strings } from '../strings/strings.ts'
import type { SettingsForm } from './settings-form.ts'

interface SettingsFieldsProps {
  readonly report: SettingsReport
  readonly part: SettingsPart
  readonly form: SettingsForm
}

/** All sections of a part. */
export function SettingsFields({ report, part, form }: SettingsFieldsProps) {
  return (PART_SECTIONS[part] ?? []).map((section) => (
    <SettingsSection key={section} title={strings.settings.sections[section]}>
      <SectionFields report={report} section={section} form={form} />
    </SettingsSection>
  ))
}

/** The fields of one section. */
export function SectionFields({ report, section, form }: Omit<SettingsFieldsProps, 'part'> & { readonly section: SettingSection }) {
  return report.settings
    .filter((info) => info.section === section)
    .map((info) => (
      <SettingsField
        key={info.key}
        info={info}
        draft={form.draftOf(info.key)}
        error={form.errorOf(info.key)}
        onChange={(value) => form.set(info, value)}
      />
    ))
}
