import { useId, useState } from 'react'
import type { TokenScope } from '../../src-main/contract/token.ts'
import type { ToolInput } from '../../src-main/contract/tools.ts'
import { scopesUpTo } from '../model/token-scopes.ts'
import { strings } from '../strings/strings.ts'
import { ChoiceMenu } from './choice-menu.tsx'
import { TokenSheet, type TokenSheetProps } from './token-sheet.tsx'

const words = strings.settings.tokens
const DAY = 86_400
const EXPIRY_SECONDS = { never: undefined, day: DAY, week: 7 * DAY, month: 30 * DAY, quarter: 90 * DAY, year: 365 * DAY }
type Expiry = keyof typeof EXPIRY_SECONDS
const EXPIRIES = Object.keys(EXPIRY_SECONDS) as Expiry[] // of the table
const SCOPES: readonly TokenScope[] = ['read', 'write', 'admin']

interface TokenCreateProps extends Omit<TokenSheetProps, 'title' | 'submit' | 'children' | 'isReady' | 'onSubmit'> {
  readonly onSubmit: (input: ToolInput<'create_token'>) => void
}

/** The fields of a new token. */
export function TokenCreate({ onSubmit, ...sheet }: TokenCreateProps) {
  const id = useId()
  const [name, setName] = useState('')
  const [agent, setAgent] = useState('')
  const [namespaces, setNamespaces] = useState('default')
  const [scope, setScope] = useState<TokenScope>('write')
  const [expiry, setExpiry] = useState<Expiry>('quarter')
  const spaces = namespaces
    .split(',')
    .map((space) => space.trim())
    .filter((space) => space !== '')
  const seconds = EXPIRY_SECONDS[expiry]
  return (
    <TokenSheet
      {...sheet}
      title={words.createTitle}
      submit={words.submit}
      isReady={name.trim() !== '' && agent.trim() !== '' && spaces.length > 0}
      onSubmit={() =>
        onSubmit({
          name: name.trim(),
          agent_id: agent.trim(),
          namespaces: spaces,
          scopes: scopesUpTo(scope),
          ...(seconds !== undefined && { expires_in_seconds: seconds }),
        })
      }
    >
      <div>
        <label className="field-label" htmlFor={`${id}-name`}>
          {words.name}
        </label>
        <input
          id={`${id}-name`}
          className="field"
          value={name}
          placeholder={words.nameHint}
          maxLength={100}
          onChange={(event) => setName(event.target.value)}
        />
      </div>
      <div>
        <label className="field-label" htmlFor={`${id}-agent`}>
          {words.agent}
        </label>
        <input
          id={`${id}-agent`}
          className="field mono"
          value={agent}
          aria-describedby={`${id}-agent-how`}
          onChange={(event) => setAgent(event.target.value)}
        />
        <p id={`${id}-agent-how`} className="faint">
          {words.agentHow}
        </p>
      </div>
      <div>
        <label className="field-label" htmlFor={`${id}-namespaces`}>
          {words.namespaces}
        </label>
        <input
          id={`${id}-namespaces`}
          className="field mono"
          value={namespaces}
          aria-describedby={`${id}-namespaces-how`}
          onChange={(event) => setNamespaces(event.target.value)}
        />
        <p id={`${id}-namespaces-how`} className="faint">
          {words.namespacesHow}
        </p>
      </div>
      <div className="form-pair">
        <div>
          <span className="field-label">{words.scope}</span>
          <ChoiceMenu
            label={words.scope}
            look="plain"
            value={scope}
            options={SCOPES.map((value) => ({ value, text: words.scopes[value] }))}
            onChange={setScope}
          />
          <p className="faint">{words.scopesHow[scope]}</p>
        </div>
        <div>
          <span className="field-label">{words.expiry}</span>
          <ChoiceMenu
            label={words.expiry}
            look="plain"
            value={expiry}
            options={EXPIRIES.map((value) => ({ value, text: words.expiries[value] }))}
            onChange={setExpiry}
          />
        </div>
      </div>
    </TokenSheet>
  )
}
