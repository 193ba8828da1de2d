import { useQuery, type UseMutationResult } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import type { ClientAction, ClientOutcome, ClientPreview, ClientStatus, ConnectionChoice } from '../api/clients-api.ts'
import { messageOf } from '../api/server-error.ts'
import { Banner } from '../components/banner.tsx'
import { Button } from '../components/button.tsx'
import { ConnectChange } from '../components/connect-change.tsx'
import { ConnectCode } from '../components/connect-code.tsx'
import { ConnectOptions } from '../components/connect-options.tsx'
import { ConnectRefusal } from '../components/connect-refusal.tsx'
import { ListSkeleton } from '../components/list-skeleton.tsx'
import { blockedPlace } from '../model/clients.ts'
import type { Stores } from '../state/stores.ts'
import { strings } from '../strings/strings.ts'

const words = strings.connect.sheet

export type ClientChange = UseMutationResult<ClientOutcome, Error, { readonly hash: string; readonly choice: ConnectionChoice }>

interface ConnectPreviewProps {
  readonly stores: Stores
  readonly client: ClientStatus
  readonly action: ClientAction
  readonly change: ClientChange
  readonly onAction: (action: ClientAction) => void
  readonly onClose: () => void
}

/** The exact change, before it is made; or why there can be none. */
export function ConnectPreview({ stores, client, action, change, onAction, onClose }: ConnectPreviewProps) {
  const [choice, setChoice] = useState<ConnectionChoice>({})
  const asked = useDeferredValue(choice)
  const blocked = blockedPlace(client.places)
  const isForeign = client.state === 'foreign' && action === 'connect'
  const isRefused = blocked !== undefined || (isForeign && asked.force !== true)
  const query = useQuery({
    // Of no family that events refresh: after the change, there is nothing to preview any more.
    queryKey: ['client-preview', client.id, action, asked],
    queryFn: ({ signal }) => stores.clients.preview(client.id, action, asked, signal),
    enabled: !isRefused,
    // What is shown is what is done: never from before.
    staleTime: 0,
    gcTime: 0,
    retry: false,
  })
  const lookAgain = () => {
    void stores.queries.invalidateQueries({ queryKey: ['clients'] })
    void stores.queries.invalidateQueries({ queryKey: ['client-preview'] })
  }
  const preview = isRefused ? undefined : query.data
  const isEmpty = preview?.changes.length === 0
  return (
    <>
      <div className="sheet-body">
        {change.isError && <Banner tone="error">{messageOf(change.error)}</Banner>}
        {blocked && <ConnectRefusal reason={blocked.problem ?? ''} />}
        {isForeign && !blocked && (
          <ConnectRefusal reason={strings.connect.foreignHow}>
            <p className="mono break">{client.places.find(({ state }) => state === 'foreign')?.file}</p>
            <label className="check-line">
              <input
                type="checkbox"
                checked={choice.force === true}
                onChange={(event) => setChoice({ ...choice, force: event.target.checked })}
              />
              {words.force}
            </label>
          </ConnectRefusal>
        )}
        {client.drift && action === 'repair' && !blocked && (
          <Banner>
            {strings.connect.drifts[client.drift]} {client.drift === 'changed' && words.edited}
          </Banner>
        )}
        {query.isError && !isRefused && <ConnectRefusal reason={messageOf(query.error)} />}
        {query.isLoading && !isRefused && <ListSkeleton />}
        {preview && (isEmpty ? <p>{words.nothing}</p> : <PreviewParts client={client} preview={preview} />)}
        {action === 'connect' && !blocked && (
          <ConnectOptions
            agentId={choice.agent_id ?? ''}
            namespace={choice.namespace ?? ''}
            usualAgentId={client.agent_id ?? client.id}
            onChange={(next) => setChoice({ ...pick(choice), ...next })}
          />
        )}
      </div>
      <footer className="sheet-foot">
        {action === 'repair' && (
          <Button look="quiet" onClick={() => onAction('undo')}>
            {words.undo}
          </Button>
        )}
        <span className="spacer" />
        <Button onClick={onClose}>{strings.common.cancel}</Button>
        {isRefused || query.isError ? (
          <Button look="primary" disabled={query.isFetching} onClick={lookAgain}>
            {words.lookAgain}
          </Button>
        ) : (
          <Button
            look="primary"
            disabled={!preview || isEmpty || change.isPending || asked !== choice}
            onClick={() => preview && change.mutate({ hash: preview.hash, choice: asked })}
          >
            {change.isPending ? words.applying : APPLY[action]}
          </Button>
        )}
      </footer>
    </>
  )
}

const APPLY: Readonly<Record<ClientAction, string>> = { connect: words.applyChange, repair: words.applyRepair, undo: words.applyUndo }

/** Force is the one choice that is not a text. */
function pick({ force }: ConnectionChoice): ConnectionChoice {
  return force === true ? { force } : {}
}

function PreviewParts({ client, preview }: { readonly client: ClientStatus; readonly preview: ClientPreview }) {
  const { changes, commands, starts, warnings, action } = preview
  return (
    <>
      {warnings.map((warning) => (
        <Banner key={warning}>{warning}</Banner>
      ))}
      {action !== 'undo' && <p className="faint">{words.way[client.way]}</p>}
      {changes.map((change) => (
        <ConnectChange key={change.file} change={change} />
      ))}
      {commands.length > 0 && (
        <section>
          <h3 className="sheet-heading">{words.runs}</h3>
          <ConnectCode text={commands.map((args) => args.map(quoted).join(' ')).join('\n')} what={words.runs} />
        </section>
      )}
      {starts && (
        <section>
          <h3 className="sheet-heading">{words.starts}</h3>
          <ConnectCode
            text={[
              ...Object.entries(starts.env).map(([name, value]) => `${name}=${quoted(value)}`),
              [starts.command, ...starts.args].map(quoted).join(' '),
            ].join('\n')}
            what={words.starts}
          />
        </section>
      )}
    </>
  )
}

/** As a shell would be told, so that it can be tried by hand. */
function quoted(text: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
