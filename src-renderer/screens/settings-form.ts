import { useMutation, type QueryClient } from '@tanstack/react-query'
import { isSameValue } from '../model/same-value.ts'
import type { SettingInfo, SettingsReport, SettingValue } from '../api/settings-api.ts'
import { ServerError, messageOf } from '../api/server-error.ts'
import { PART_SECTIONS } from '../model/settings-values.ts'
import { dropDraft } from '../state/unsaved-values.ts'
import type { Stores } from '../state/stores.ts'
import { useStore } from '../state/use-store.ts'
import type { SettingsPart } from '../strings/en-settings.ts'
import { strings } from '../strings/strings.ts'

export interface SettingsForm {
  readonly draftOf: (key: string) => SettingValue | null | undefined
  /** Why the server refused one field. */
  readonly errorOf: (key: string) => string | undefined
  /** Why it refused all of it. */
  readonly error: string | undefined
  /** The file is another one by now. */
  readonly isOutdated: boolean
  readonly changed: number
  readonly isSaving: boolean
  readonly set: (info: SettingInfo, value: SettingValue | null) => void
  readonly save: () => void
  readonly discard: () => void
  readonly reload: () => void
}

/** What was changed in one part and not saved, and its way to the server. */
export function useSettingsForm(stores: Stores, report: SettingsReport | undefined, part: SettingsPart): SettingsForm {
  const draft = useStore(stores.settingsDraft, (state) => state)
  const sections = PART_SECTIONS[part] ?? []
  const keys = (report?.settings ?? []).filter(({ section, key }) => sections.includes(section) && key in draft).map(({ key }) => key)
  const save = useMutation({
    mutationFn: (changed: readonly string[]) =>
      stores.settings.change(Object.fromEntries(changed.map((key) => [key, draft[key] ?? null])), report?.version ?? ''),
    onSuccess: (answer, changed) => {
      dropDraft(stores.settingsDraft, changed)
      stores.queries.setQueryData(['settings'], answer)
      void stores.queries.invalidateQueries({ queryKey: ['audit'] })
      const waits = answer.settings.some(({ key, needs_restart: needsRestart }) => needsRestart && changed.includes(key))
      stores.toasts.show(waits ? strings.settings.savedLater : strings.settings.saved)
    },
  })
  const refused = save.error instanceof ServerError ? save.error : undefined
  const field = refused?.details['field']
  const isOfField = typeof field === 'string' && keys.includes(field)
  return {
    draftOf: (key) => draft[key],
    errorOf: (key) => (isOfField && field === key ? refused?.message : undefined),
    error: save.error && !isOfField ? messageOf(save.error) : undefined,
    isOutdated: refused?.code === 'conflict' && !isOfField,
    changed: keys.length,
    isSaving: save.isPending,
    set: (info, value) => {
      save.reset()
      const saved = info.source === 'default' ? null : (info.value ?? null)
      const isDefault = saved === null && info.default !== undefined && isSameValue(value, info.default)
      if (isDefault || isSameValue(value, saved)) dropDraft(stores.settingsDraft, [info.key])
      else stores.settingsDraft.setState({ [info.key]: value })
    },
    save: () => save.mutate(keys),
    discard: () => {
      save.reset()
      dropDraft(stores.settingsDraft, keys)
    },
    reload: () => {
      save.reset()
      void refresh(stores.queries)
    },
  }
}

function refresh(queries: QueryClient): Promise<void> {
  return queries.invalidateQueries({ queryKey: ['settings'] })
}
