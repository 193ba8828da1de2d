import { greatest } from '../model/token-scopes.ts'
import type { Token } from '../../src-main/contract/token.ts'
import { untilThen } from '../format/relative-time.ts'
import { strings } from '../strings/strings.ts'
import { Age } from './age.tsx'
import { AgentName } from './agent-name.tsx'
import { Button } from './button.tsx'
import { StateMark, type Tone } from './state-mark.tsx'

const words = strings.settings.tokens

interface TokenTableProps {
  readonly tokens: readonly Token[]
  readonly now: number
  readonly onRotate: (token: Token) => void
  readonly onRevoke: (token: Token) => void
}

/** Tokens, the newest first; of their secrets the beginning only. */
export function TokenTable({ tokens, now, onRotate, onRevoke }: TokenTableProps) {
  const { columns } = words
  return (
    <table className="plain-table token-table" aria-label={words.list}>
      <thead>
        <tr>
          <th scope="col">{columns.name}</th>
          <th scope="col">{columns.agent}</th>
          <th scope="col">{columns.scopes}</th>
          <th scope="col">{columns.used}</th>
          <th scope="col">{columns.expires}</th>
          <th scope="col">{columns.status}</th>
          <td />
        </tr>
      </thead>
      <tbody>
        {tokens.map((token) => (
          <tr key={token.id} aria-label={token.name}>
            <td>
              <span className="truncate token-name">{token.name}</span>
              <span className="mono faint">{token.hint}…</span>
            </td>
            <td>
              <AgentName agentId={token.agent_id} />
              <span className="faint truncate" title={token.namespaces.join(', ')}>
                {token.namespaces.join(', ')}
              </span>
            </td>
            <td>{words.scopes[greatest(token.scopes)]}</td>
            <td>
              {token.last_used_at === undefined ? (
                <span className="faint">{words.unused}</span>
              ) : (
                <Age at={token.last_used_at} now={now} long />
              )}
            </td>
            <td>
              {token.expires_at === undefined ? (
                <span className="faint">{words.never}</span>
              ) : Date.parse(token.expires_at) > now ? (
                untilThen(token.expires_at, now)
              ) : (
                <Age at={token.expires_at} now={now} long />
              )}
            </td>
            <td>
              <StateMark tone={TONES[token.status]} text={words.statuses[token.status]} />
            </td>
            <td className="token-tools">
              {token.status === 'active' && (
                <>
                  <Button small look="quiet" aria-label={words.rotateName(token.name)} onClick={() => onRotate(token)}>
                    {words.rotate}
                  </Button>
                  <Button small look="quiet" aria-label={words.revokeName(token.name)} onClick={() => onRevoke(token)}>
                    {words.revoke}
                  </Button>
                </>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const TONES: Readonly<Record<Token['status'], Tone>> = { active: 'ok', expired: 'quiet', revoked: 'quiet' }
