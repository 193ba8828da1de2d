import type { SettingsReport } from '../api/settings-api.ts'
import { CopyButton } from '../components/copy-button.tsx'
import { Facts } from '../components/facts.tsx'
import { SettingsSection } from '../components/settings-section.tsx'
import { bytes, count } from '../format/numbers.ts'
import type { Stores } from '../state/stores.ts'
import { useStore } from '../state/use-store.ts'
import { strings } from '../strings/strings.ts'
import { BackupExport } from './backup-export.tsx'
import { BackupImport } from './backup-import.tsx'
import { BackupList } from './backup-list.tsx'
import { SectionFields } from './settings-fields.tsx'
import type { SettingsForm } from './settings-form.ts'

const { sections, store: words, moving } = strings.settings

interface SettingsStorageProps {
  readonly stores: Stores
  readonly report: SettingsReport
  readonly form: SettingsForm
}

/** Where memories are, their copies, and the way in and out for all of them. */
export function SettingsStorage({ stores, report, form }: SettingsStorageProps) {
  const total = useStore(stores.overview.store, (state) => state.totalMemories)
  const { kind, where, bytes: size, is_encrypted: isEncrypted } = report.store
  return (
    <>
      <SettingsSection title={sections.place}>
        <Facts
          facts={[
            { label: words.kind, value: words.kinds[kind] },
            {
              label: words.where,
              value: where !== undefined && (
                <span className="copyable">
                  <span className="mono break">{where}</span>
                  <CopyButton text={where} what={words.where} />
                </span>
              ),
            },
            { label: words.size, value: size !== undefined ? bytes(size) : undefined },
            { label: words.memories, value: total === undefined ? undefined : count(total) },
            { label: words.encrypted, value: kind === 'sqlite' ? (isEncrypted ? words.yes : words.no) : undefined },
          ]}
        />
        <SectionFields report={report} section="place" form={form} />
      </SettingsSection>
      <SettingsSection title={sections.backups}>
        <SectionFields report={report} section="backups" form={form} />
        <BackupList stores={stores} />
      </SettingsSection>
      <SettingsSection title={sections.keeping}>
        <SectionFields report={report} section="keeping" form={form} />
      </SettingsSection>
      <SettingsSection title={moving.title}>
        <BackupExport stores={stores} />
        <BackupImport stores={stores} />
      </SettingsSection>
    </>
  )
}
