import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { ClientAction, ClientOutcome, ClientStatus, ConnectionChoice } from '../api/clients-api.ts'
import { ConnectSteps } from '../components/connect-steps.tsx'
import { Dialog } from '../components/dialog.tsx'
import { Face } from '../components/face.tsx'
import type { Presence } from '../model/clients.ts'
import type { Stores } from '../state/stores.ts'
import { strings } from '../strings/strings.ts'
import { ConnectDetails } from './connect-details.tsx'
import { ConnectDone } from './connect-done.tsx'
import { ConnectPreview } from './connect-preview.tsx'

const words = strings.connect.sheet

interface ConnectSheetProps {
  readonly stores: Stores
  readonly client: ClientStatus
  readonly presence: Presence
  readonly onClose: () => void
}

/** From what will change, over the change, to the proof that it works; and back. */
export function ConnectSheet({ stores, client, presence, onClose }: ConnectSheetProps) {
  const { clients: api, queries } = stores
  const [action, setAction] = useState<ClientAction | undefined>(() => firstAction(client))
  const [outcome, setOutcome] = useState<ClientOutcome>()
  const verify = useMutation({
    mutationFn: () => api.verify(client.id),
    onSettled: () => queries.invalidateQueries({ queryKey: ['agents'] }),
  })
  const change = useMutation({
    mutationFn: ({ hash, choice }: { readonly hash: string; readonly choice: ConnectionChoice }) =>
      api.change(client.id, action ?? 'connect', hash, choice),
    onSuccess: (answer) => {
      setOutcome(answer)
      if (action !== 'undo') verify.mutate()
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['clients'] }),
  })
  const start = (next: ClientAction | undefined) => {
    setAction(next)
    setOutcome(undefined)
    change.reset()
    verify.reset()
  }
  const title = words.titles[action ?? 'manage'](client.title)
  const steps = action === 'undo' ? [words.change, words.apply] : [words.change, words.apply, words.verify]
  const current = outcome === undefined ? (change.isPending ? 1 : 0) : verify.isSuccess && verify.data.works ? steps.length : 2
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="connect-sheet">
        {client.state === 'absent' ? (
          <Face title={words.absent(client.title)} text={words.absentHow} />
        ) : action === undefined ? (
          <ConnectDetails stores={stores} client={client} presence={presence} verify={verify} onAction={start} onClose={onClose} />
        ) : (
          <>
            <ConnectSteps names={steps} current={current} />
            {outcome === undefined ? (
              <ConnectPreview
                stores={stores}
                client={client}
                action={action}
                change={change}
                onAction={start}
                onClose={client.state === 'connected' ? () => start(undefined) : onClose}
              />
            ) : (
              <ConnectDone
                client={client}
                action={action}
                outcome={outcome}
                verify={verify}
                onUndo={() => start('undo')}
                onClose={onClose}
              />
            )}
          </>
        )}
      </div>
    </Dialog>
  )
}

/** What one most likely came for; undefined to look first. */
function firstAction({ state }: ClientStatus): ClientAction | undefined {
  if (state === 'connected') return undefined
  return state === 'drifted' ? 'repair' : 'connect'
}
