import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { messageOf } from '../api/server-error.ts'
import type { Backup, ImportProgress, RestoreSummary } from '../api/settings-api.ts'
import { Banner } from '../components/banner.tsx'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { countsText, RestoreFacts } from '../components/restore-facts.tsx'
import { SettingsProgress } from '../components/settings-progress.tsx'
import { count } from '../format/numbers.ts'
import { outcomeOf } from '../model/restore-outcome.ts'
import type { Stores } from '../state/stores.ts'
import { strings } from '../strings/strings.ts'

const { restore: words, moving } = strings.settings

interface BackupRestoreProps {
  readonly stores: Stores
  readonly backup: Backup
  readonly onClose: () => void
}

/** Asks before a copy is restored, with what that would change; then does it and says what came back. */
export function BackupRestore({ stores, backup, onClose }: BackupRestoreProps) {
  const { settings, toasts } = stores
  const [progress, setProgress] = useState<ImportProgress>()
  const look = useQuery({
    queryKey: ['restore', backup.name],
    queryFn: () => settings.restoreBackup(backup.name, { dry_run: true }, setProgress),
    // What is here may have changed since the last look.
    gcTime: 0,
    staleTime: Infinity,
    retry: false,
  })
  const run = useMutation({
    mutationFn: () => settings.restoreBackup(backup.name, { dry_run: false }, setProgress),
    onMutate: () => setProgress(undefined),
    // Also told to who has closed the dialog meanwhile.
    onSuccess: (summary) => toasts.show(doneText(summary)),
    onError: (error) => toasts.fail(words.failed(messageOf(error))),
  })
  const outcome = look.data && outcomeOf(look.data)
  const isWorking = look.isPending || run.isPending
  return (
    <Dialog title={words.title} onClose={onClose}>
      <div className="connect-sheet restore-sheet">
        <div className="sheet-body">
          <RestoreFacts backup={backup} outcome={outcome} />
          {look.isError && <Banner tone="error">{messageOf(look.error)}</Banner>}
          {isWorking && (
            <SettingsProgress
              label={run.isPending ? words.running : words.looking}
              done={progress?.records ?? 0}
              total={progress?.total ?? 1}
              facts={[
                ...(progress ? [moving.progress(count(progress.records), count(Math.max(progress.total, progress.records)))] : []),
                ...(run.isPending ? [words.goesOn] : []),
              ]}
            />
          )}
          {outcome && run.isIdle && (outcome.changes ? <p>{words.how}</p> : <Banner tone="ok">{words.nothingToDo}</Banner>)}
          {run.isError && (
            <Banner tone="error">
              {words.failed(messageOf(run.error))} {words.failedHow}
            </Banner>
          )}
          {run.data && (
            <Banner tone="ok">
              {doneText(run.data)} {run.data.kept_as && <span className="break">{words.keptAs(run.data.kept_as.name)}</span>}
            </Banner>
          )}
        </div>
        <footer className="sheet-foot">
          <span className="spacer" />
          {outcome?.changes === true && !run.isSuccess ? (
            <>
              <Button onClick={onClose}>{run.isPending ? strings.common.close : strings.common.cancel}</Button>
              <Button look="primary" disabled={run.isPending} onClick={() => run.mutate()}>
                {words.submit}
              </Button>
            </>
          ) : (
            <Button onClick={onClose}>{strings.common.close}</Button>
          )}
        </footer>
      </div>
    </Dialog>
  )
}

function doneText(summary: RestoreSummary): string {
  const { new: fresh, replaced, changes } = outcomeOf(summary)
  if (!changes) return words.nothingToDo
  if (replaced.length === 0) return words.doneNew(countsText(fresh))
  return fresh.length === 0 ? words.doneReplaced(countsText(replaced)) : words.done(countsText(fresh), countsText(replaced))
}
