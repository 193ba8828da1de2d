import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { ServerError, messageOf } from '../api/server-error.ts'
import { Banner } from '../components/banner.tsx'
import { Face } from '../components/face.tsx'
import { ScreenHead } from '../components/screen-head.tsx'
import { SettingsNav } from '../components/settings-nav.tsx'
import { SettingsSaveBar } from '../components/settings-save-bar.tsx'
import { partOf } from '../model/settings-values.ts'
import type { Stores } from '../state/stores.ts'
import { useStore } from '../state/use-store.ts'
import { SETTINGS_PARTS } from '../strings/en-settings.ts'
import { strings } from '../strings/strings.ts'
import { QueryFace } from './query-face.tsx'
import { SettingsAbout } from './settings-about.tsx'
import { SettingsEmbedding } from './settings-embedding.tsx'
import { SettingsFields } from './settings-fields.tsx'
import { useSettingsForm } from './settings-form.ts'
import { SettingsGeneral } from './settings-general.tsx'
import { SettingsStorage } from './settings-storage.tsx'
import { TokenPart } from './token-part.tsx'

const words = strings.settings

/** Everything the person decides, part by part. */
export function SettingsScreen({ stores }: { readonly stores: Stores }) {
  const id = useStore(stores.router.store, (route) => route.id)
  const part = SETTINGS_PARTS.find((known) => known === id) ?? 'general'
  const draft = useStore(stores.settingsDraft, (state) => state)
  const query = useQuery({ queryKey: ['settings'], queryFn: ({ signal }) => stores.settings.settings(signal) })
  const report = query.data
  const form = useSettingsForm(stores, report, part)
  const unsaved = new Set((report?.settings ?? []).flatMap(({ key, section }) => (key in draft ? (partOf(section) ?? []) : [])))
  const isRefused = query.error instanceof ServerError && query.error.code === 'forbidden'
  useUnsavedWarning(stores)

  const needsReport = part !== 'general' && part !== 'tokens'
  return (
    <main className="screen">
      <ScreenHead title={words.title} note={report && needsReport ? words.fileNote(report.file) : undefined} />
      <div className="settings-body">
        <SettingsNav current={part} unsaved={unsaved} />
        <div className="settings-main">
          {report?.problem !== undefined && <Banner tone="error">{report.problem}</Banner>}
          {report?.needs_restart === true && <Banner>{words.restartNote}</Banner>}
          {needsReport && report?.warnings.map((warning) => <Banner key={warning}>{warning}</Banner>)}
          <div className="settings-content" key={part}>
            {!needsReport ? (
              part === 'general' ? (
                <SettingsGeneral stores={stores} />
              ) : (
                <TokenPart stores={stores} isSignInOn={report?.sign_in} />
              )
            ) : isRefused ? (
              <Face title={words.forbidden} text={messageOf(query.error)} />
            ) : (
              <QueryFace query={query}>
                {report &&
                  (part === 'storage' ? (
                    <SettingsStorage stores={stores} report={report} form={form} />
                  ) : part === 'embedding' ? (
                    <SettingsEmbedding stores={stores} report={report} form={form} />
                  ) : part === 'about' ? (
                    <SettingsAbout stores={stores} report={report} />
                  ) : (
                    <SettingsFields report={report} part={part} form={form} />
                  ))}
              </QueryFace>
            )}
          </div>
          {form.changed > 0 && (
            <SettingsSaveBar
              count={form.changed}
              isSaving={form.isSaving}
              error={form.error}
              onReload={form.isOutdated ? form.reload : undefined}
              onSave={form.save}
              onDiscard={form.discard}
            />
          )}
        </div>
      </div>
    </main>
  )
}

/** Nothing is lost by a walk to another screen, and the person is told so. */
function useUnsavedWarning({ settingsDraft, toasts }: Stores): void {
  useEffect(
    () => () => {
      if (Object.keys(settingsDraft.getState()).length > 0) toasts.show(words.unsavedKept)
    },
    [settingsDraft, toasts],
  )
}
