import { useMutation, useQuery } from '@tanstack/react-query'
import { desktop, type DesktopApi, type Updates } from '../api/desktop.ts'
import { messageOf } from '../api/server-error.ts'
import { Button } from '../components/button.tsx'
import { SettingsRow } from '../components/settings-row.tsx'
import { SettingsSection } from '../components/settings-section.tsx'
import { SettingsSwitch } from '../components/settings-switch.tsx'
import type { Stores } from '../state/stores.ts'
import { strings } from '../strings/strings.ts'

const words = strings.settings.general
/** While an update is looked for or comes in, in milliseconds. */
const LOOK_MS = 1000

/** What only the desktop app can do; nothing in a browser. */
export function SettingsDesktop({ stores }: { readonly stores: Stores }) {
  return desktop ? <DesktopSettings stores={stores} app={desktop} /> : null
}

function DesktopSettings({ stores, app }: { readonly stores: Stores; readonly app: DesktopApi }) {
  const autostart = useQuery({ queryKey: ['desktop', 'autostart'], queryFn: () => app.getAutostart() })
  const updates = useQuery({
    queryKey: ['desktop', 'updates'],
    queryFn: () => app.getUpdates(),
    refetchInterval: ({ state }) => (state.data && ['checking', 'downloading'].includes(state.data.status) ? LOOK_MS : false),
  })
  const run = useMutation({
    mutationFn: (work: () => Promise<unknown>) => work(),
    onError: (error) => stores.toasts.fail(messageOf(error)),
    onSettled: () => stores.queries.invalidateQueries({ queryKey: ['desktop'] }),
  })
  return (
    <SettingsSection title={words.desktop}>
      {autostart.data && (
        <SettingsSwitch
          label={words.autostart}
          about={words.autostartHow}
          isOn={autostart.data.isOn}
          isDisabled={!autostart.data.canChange || run.isPending}
          problem={autostart.data.problem}
          onChange={(isOn) => run.mutate(() => app.setAutostart(isOn))}
        />
      )}
      {updates.data && (
        <>
          <SettingsSwitch
            label={words.updateChecks}
            about={words.updateChecksHow}
            isOn={updates.data.checksByItself}
            isDisabled={updates.data.status === 'unavailable' || run.isPending}
            problem={undefined}
            onChange={(isOn) => run.mutate(() => app.setUpdateChecks(isOn))}
          />
          <SettingsRow label={words.updates} about={updateText(updates.data)}>
            <UpdateButton app={app} updates={updates.data} isBusy={run.isPending} onRun={run.mutate} />
          </SettingsRow>
        </>
      )}
      <SettingsRow label={words.folder} about={words.folderHow}>
        <span className="control">
          <Button onClick={() => run.mutate(() => app.showDataFolder())}>{words.openFolder}</Button>
          <Button onClick={() => run.mutate(() => app.showLog())}>{words.openLog}</Button>
        </span>
      </SettingsRow>
    </SettingsSection>
  )
}

function updateText({ status, version = '', problem }: Updates): string {
  return problem ?? words.updateStates[status](version)
}

interface UpdateButtonProps {
  readonly app: DesktopApi
  readonly updates: Updates
  readonly isBusy: boolean
  readonly onRun: (work: () => Promise<unknown>) => void
}

/** The next step of an update: look, download, install. */
function UpdateButton({ app, updates, isBusy, onRun }: UpdateButtonProps) {
  const { status, progress = 0 } = updates
  if (status === 'unavailable') return null
  if (status === 'downloading') return <progress className="update-progress" aria-label={words.updates} value={progress} max={1} />
  if (status === 'ready')
    return (
      <Button look="primary" onClick={() => onRun(() => app.installUpdate())}>
        {words.installUpdate}
      </Button>
    )
  if (status === 'available')
    return (
      <Button look="primary" disabled={isBusy} onClick={() => onRun(() => app.downloadUpdate())}>
        {words.downloadUpdate}
      </Button>
    )
  return (
    <Button disabled={isBusy || status === 'checking'} onClick={() => onRun(() => app.checkForUpdates())}>
      {status === 'checking' ? words.checking : words.checkUpdates}
    </Button>
  )
}
