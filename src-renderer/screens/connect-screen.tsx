import { useQuery } from '@tanstack/react-query'
import type { ClientStatus } from '../api/clients-api.ts'
import { ServerError, messageOf } from '../api/server-error.ts'
import { Age } from '../components/age.tsx'
import { AgentName } from '../components/agent-name.tsx'
import { Button } from '../components/button.tsx'
import { ConnectClientRow } from '../components/connect-client-row.tsx'
import { Face } from '../components/face.tsx'
import { ScreenHead } from '../components/screen-head.tsx'
import { agentIdOf, blockedPlace, connectedOfFound, isThere, mainPlace, presenceOf, type Presence } from '../model/clients.ts'
import type { Stores } from '../state/stores.ts'
import { useStore } from '../state/use-store.ts'
import { strings } from '../strings/strings.ts'
import { ConnectOthers } from './connect-others.tsx'
import { ConnectSheet } from './connect-sheet.tsx'
import { QueryFace } from './query-face.tsx'

const words = strings.connect

/** Which programs of this machine use TMWS, and how one more does. */
export function ConnectScreen({ stores }: { readonly stores: Stores }) {
  const { router, clients: api, operations, coordination } = stores
  const openId = useStore(router.store, (route) => route.id)
  const now = useStore(stores.clock, (time) => time)
  const query = useQuery({ queryKey: ['clients'], queryFn: ({ signal }) => api.list(signal) })
  const sessions = useQuery({ queryKey: ['sessions'], queryFn: ({ signal }) => operations.sessions(signal) }).data ?? []
  const agents =
    useQuery({ queryKey: ['agents', 'first'], queryFn: ({ signal }) => coordination.agents(undefined, signal) }).data?.agents ?? []
  const isRefused = query.error instanceof ServerError && query.error.code === 'forbidden'
  const clients = query.data?.clients ?? []
  const { connected, found } = connectedOfFound(clients)
  const here = clients.filter(({ state }) => state !== 'absent')
  const absent = clients.filter(({ state }) => state === 'absent')
  const open = clients.find(({ id }) => id === openId)
  const show = (id?: string) => router.go(id === undefined ? { screen: 'connect' } : { screen: 'connect', id })
  const row = (client: ClientStatus) => (
    <ClientRow key={client.id} client={client} presence={presenceOf(client, sessions, agents)} now={now} onOpen={() => show(client.id)} />
  )
  return (
    <main className="screen">
      <ScreenHead title={words.title} note={query.data ? words.note(connected, found) : undefined} />
      <div className="connect-body">
        {isRefused ? (
          <Face title={words.refused} text={messageOf(query.error)} />
        ) : (
          <QueryFace query={query}>
            <p className="connect-intro">{words.intro}</p>
            {here.length === 0 ? (
              <Face title={words.empty} text={words.emptyHow} />
            ) : (
              <ul className="client-list" aria-label={words.list}>
                {here.map(row)}
              </ul>
            )}
            {absent.length > 0 && (
              <section aria-label={words.absentList}>
                <h2 className="connect-heading">{words.absentList}</h2>
                <ul className="absent-list">
                  {absent.map(({ id, title }) => (
                    <li key={id}>{title}</li>
                  ))}
                </ul>
              </section>
            )}
            {query.data && <ConnectOthers stores={stores} list={query.data} />}
          </QueryFace>
        )}
      </div>
      {open && (
        <ConnectSheet key={open.id} stores={stores} client={open} presence={presenceOf(open, sessions, agents)} onClose={() => show()} />
      )}
    </main>
  )
}

interface ClientRowProps {
  readonly client: ClientStatus
  readonly presence: Presence
  readonly now: number
  readonly onOpen: () => void
}

function ClientRow({ client, presence, now, onOpen }: ClientRowProps) {
  const { state, title } = client
  const blocked = blockedPlace(client.places)
  const isUsed = state === 'connected' || state === 'drifted'
  const [text, name] =
    blocked && state !== 'connected'
      ? [words.actions.look, words.actions.lookName(title)]
      : state === 'connected'
        ? [words.actions.manage, words.actions.manageName(title)]
        : state === 'drifted'
          ? [words.actions.repair, words.actions.repairName(title)]
          : [words.actions.connect, words.actions.connectName(title)]
  return (
    <ConnectClientRow
      client={client}
      file={mainPlace(client)?.file}
      moreFiles={client.places.filter(isThere).length - 1}
      sessions={presence.sessions}
      problem={blocked?.problem}
      presence={
        isUsed && (
          <span className="client-presence">
            <AgentName agentId={agentIdOf(client)} />
            <span className="faint">
              {presence.sessions > 0 ? (
                words.live(presence.sessions)
              ) : presence.lastSeen === undefined ? (
                words.neverSeen
              ) : (
                <Age at={presence.lastSeen} now={now} long />
              )}
            </span>
          </span>
        )
      }
      action={
        <Button aria-label={name} onClick={onOpen} look={state === 'connected' ? 'quiet' : 'plain'}>
          {text}
        </Button>
      }
    />
  )
}
