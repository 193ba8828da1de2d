import type { ClientList } from '../api/clients-api.ts'
import { Banner } from '../components/banner.tsx'
import { Button } from '../components/button.tsx'
import { ConnectCode } from '../components/connect-code.tsx'
import { httpSnippet, restSnippet, stdioSnippet, wsSnippet } from '../model/connect-snippets.ts'
import type { Stores } from '../state/stores.ts'
import { useStore } from '../state/use-store.ts'
import { strings } from '../strings/strings.ts'

const words = strings.connect.others

/** How a program that is not in the list reaches this very server, on each way in. */
export function ConnectOthers({ stores, list }: { readonly stores: Stores; readonly list: ClientList }) {
  const wsUrl = useStore(stores.overview.store, (state) => textOf(state.health?.checks.sessions['ws_url']))
  const isKnown = useStore(stores.overview.store, (state) => state.health !== undefined)
  const { stdio, needs_token: needsToken, clients } = list
  const apiUrl = location.origin
  const bundle = clients.find((client) => client.has_bundle)
  return (
    <section className="connect-others" aria-label={words.title}>
      <h2 className="connect-heading">{words.title}</h2>
      <p className="faint">{words.how}</p>
      {needsToken && (
        <Banner action={<Button onClick={() => stores.router.go({ screen: 'settings', id: 'tokens' })}>{words.makeToken}</Button>}>
          {words.needsToken}
        </Banner>
      )}
      <div className="ways">
        <Way name={words.stdio} how={words.stdioHow} text={stdioSnippet(stdio, needsToken)} />
        <Way name={words.http} how={words.httpHow} text={httpSnippet(apiUrl, needsToken)} />
        {wsUrl === undefined ? (
          isKnown && <Way name={words.ws} how={words.wsOff} />
        ) : (
          <Way name={words.ws} how={words.wsHow} text={wsSnippet(wsUrl, needsToken)} />
        )}
        <Way name={words.rest} how={words.restHow} text={restSnippet(apiUrl, needsToken)} link={{ href: '/docs/', text: words.docs }} />
        {bundle && (
          <div className="way">
            <h3>{strings.connect.bundle}</h3>
            <p className="faint">{strings.connect.bundleHow}</p>
            <a className="button plain" href={stores.clients.bundleUrl(bundle.id)} download="tmws.mcpb">
              {strings.connect.bundleGet}
            </a>
          </div>
        )}
      </div>
    </section>
  )
}

interface WayProps {
  readonly name: string
  readonly how: string
  readonly text?: string
  readonly link?: { readonly href: string; readonly text: string }
}

function Way({ name, how, text, link }: WayProps) {
  return (
    <div className="way">
      <h3>{name}</h3>
      <p className="faint">
        {how} {link && <a href={link.href}>{link.text}</a>}
      </p>
      {text !== undefined && <ConnectCode text={text} what={words.snippet(name)} />}
    </div>
  )
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
