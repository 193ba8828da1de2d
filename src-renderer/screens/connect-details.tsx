import type { ClientAction, ClientStatus } from '../api/clients-api.ts'
import { Age } from '../components/age.tsx'
import { AgentName } from '../components/agent-name.tsx'
import { Button } from '../components/button.tsx'
import { Facts } from '../components/facts.tsx'
import { StateMark } from '../components/state-mark.tsx'
import { agentIdOf, isThere, type Presence } from '../model/clients.ts'
import type { Stores } from '../state/stores.ts'
import { useStore } from '../state/use-store.ts'
import { strings } from '../strings/strings.ts'
import { VerifyState, type Verification } from './connect-done.tsx'

const { sheet: words, states, live, neverSeen } = strings.connect

interface ConnectDetailsProps {
  readonly stores: Stores
  readonly client: ClientStatus
  readonly presence: Presence
  readonly verify: Verification
  readonly onAction: (action: ClientAction) => void
  readonly onClose: () => void
}

/** A connection that stands: how it is, whether it works, and the way out of it. */
export function ConnectDetails({ stores, client, presence, verify, onAction, onClose }: ConnectDetailsProps) {
  const now = useStore(stores.clock, (time) => time)
  const { title, namespace, connected_at: since, places, also_takes: ways } = client
  return (
    <>
      <div className="sheet-body">
        <Facts
          facts={[
            { label: words.facts.state, value: <StateMark tone={presence.sessions > 0 ? 'live' : 'ok'} text={states[client.state]} /> },
            { label: words.facts.agent, value: <AgentName agentId={agentIdOf(client)} /> },
            { label: words.facts.namespace, value: namespace ?? 'default' },
            { label: words.facts.since, value: since && <Age at={since} now={now} long /> },
            {
              label: words.facts.sessions,
              value:
                presence.sessions > 0 ? (
                  live(presence.sessions)
                ) : presence.lastSeen === undefined ? (
                  neverSeen
                ) : (
                  <Age at={presence.lastSeen} now={now} long />
                ),
            },
            {
              label: words.facts.file,
              value: places.filter(isThere).map(({ file }) => (
                <div key={file} className="mono break">
                  {file}
                </div>
              )),
            },
            { label: words.facts.ways, value: ways.length > 0 ? ways.map((way) => words.ways[way]).join(', ') : undefined },
          ]}
        />
        <VerifyState title={title} verify={verify} />
      </div>
      <footer className="sheet-foot">
        <Button look="quiet" onClick={() => onAction('undo')}>
          {words.undo}
        </Button>
        <Button look="quiet" onClick={() => onAction('connect')}>
          {words.change2}
        </Button>
        <span className="spacer" />
        <Button disabled={verify.isPending} onClick={() => verify.mutate()}>
          {verify.isIdle ? words.verifyNow : words.again}
        </Button>
        <Button look="primary" onClick={onClose}>
          {words.finish}
        </Button>
      </footer>
    </>
  )
}
