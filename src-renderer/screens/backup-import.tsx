import { useMutation } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { messageOf } from '../api/server-error.ts'
import { chooseByDesktop, sourceOf, type ImportSource } from '../api/import-source.ts'
import { desktop } from '../api/desktop.ts'
import type { ImportChoice, ImportProgress } from '../api/settings-api.ts'
import { BackupImportResult } from '../components/backup-import-result.tsx'
import { Banner } from '../components/banner.tsx'
import { Button } from '../components/button.tsx'
import { ChoiceMenu } from '../components/choice-menu.tsx'
import { SettingsProgress } from '../components/settings-progress.tsx'
import { SettingsRow } from '../components/settings-row.tsx'
import { bytes, count } from '../format/numbers.ts'
import type { Stores } from '../state/stores.ts'
import { strings } from '../strings/strings.ts'

const words = strings.settings.moving
type OnConflict = NonNullable<ImportChoice['on_conflict']>
const CONFLICTS: readonly OnConflict[] = ['skip', 'replace', 'fail']

/** A file of an export comes in: looked through first, then for real. */
export function BackupImport({ stores }: { readonly stores: Stores }) {
  const picker = useRef<HTMLInputElement>(null)
  const [file, setFile] = useState<ImportSource>()
  const [onConflict, setOnConflict] = useState<OnConflict>('skip')
  const [progress, setProgress] = useState<ImportProgress>()
  const run = useMutation({
    mutationFn: ({ isTrial, chosen }: { readonly isTrial: boolean; readonly chosen: ImportSource }) =>
      chosen.run({ dry_run: isTrial, on_conflict: onConflict }, setProgress),
    onSettled: () => setProgress(undefined),
  })
  const choose = (chosen: ImportSource | undefined) => {
    run.reset()
    setFile(chosen)
  }
  const ask = () => {
    if (!desktop) return picker.current?.click()
    void chooseByDesktop(desktop).then(
      (chosen) => chosen && choose(chosen),
      (error: unknown) => stores.toasts.fail(messageOf(error)),
    )
  }
  return (
    <SettingsRow label={words.import} about={words.importHow}>
      <div className="stacked">
        <input
          ref={picker}
          className="visually-hidden"
          type="file"
          tabIndex={-1}
          aria-label={words.choose}
          accept=".jsonl,.gz,.json"
          onChange={(event) => choose(sourceOf(stores.settings, event.target.files?.[0]))}
        />
        <span className="control">
          <Button disabled={run.isPending} onClick={ask}>
            {words.choose}
          </Button>
          {file && <span className="truncate">{`${file.name} (${bytes(file.bytes)})`}</span>}
        </span>
        {file && (
          <>
            <ChoiceMenu
              label={words.conflict}
              look="plain"
              value={onConflict}
              disabled={run.isPending}
              options={CONFLICTS.map((value) => ({ value, text: words.conflicts[value] }))}
              onChange={(next) => {
                run.reset()
                setOnConflict(next)
              }}
            >
              {`${words.conflict}: ${words.conflicts[onConflict]}`}
            </ChoiceMenu>
            <span className="control">
              <Button disabled={run.isPending} onClick={() => run.mutate({ isTrial: true, chosen: file })}>
                {words.check}
              </Button>
              <Button look="primary" disabled={run.isPending} onClick={() => run.mutate({ isTrial: false, chosen: file })}>
                {words.start}
              </Button>
            </span>
          </>
        )}
        {run.isPending && (
          <SettingsProgress
            label={words.phases[progress?.phase ?? 'checking']}
            done={progress?.records ?? 0}
            total={progress?.total ?? 1}
            facts={progress ? [words.progress(count(progress.records), count(progress.total))] : []}
          />
        )}
        {run.isError && <Banner tone="error">{messageOf(run.error)}</Banner>}
        {run.data && <BackupImportResult summary={run.data} />}
      </div>
    </SettingsRow>
  )
}
