import { useState } from 'react'
import type { Token } from '../../src-main/contract/token.ts'
import { strings } from '../strings/strings.ts'
import { ChoiceMenu } from './choice-menu.tsx'
import { TokenSheet, type TokenSheetProps } from './token-sheet.tsx'

const words = strings.settings.tokens
const GRACE_SECONDS = { none: 0, hour: 3600, day: 86_400, week: 7 * 86_400 }
type Grace = keyof typeof GRACE_SECONDS
const GRACES = Object.keys(GRACE_SECONDS) as Grace[] // of the table

interface TokenRotateProps extends Pick<TokenSheetProps, 'isBusy' | 'error' | 'onClose'> {
  readonly token: Token
  readonly onSubmit: (graceSeconds: number) => void
}

/** A new secret for a token, and how long the former one works. */
export function TokenRotate({ token, onSubmit, ...sheet }: TokenRotateProps) {
  const [grace, setGrace] = useState<Grace>('day')
  return (
    <TokenSheet
      {...sheet}
      title={words.rotateTitle(token.name)}
      submit={words.rotateSubmit}
      onSubmit={() => onSubmit(GRACE_SECONDS[grace])}
    >
      <p>{words.rotateHow}</p>
      <div>
        <span className="field-label">{words.grace}</span>
        <ChoiceMenu
          label={words.grace}
          look="plain"
          value={grace}
          options={GRACES.map((value) => ({ value, text: words.graces[value] }))}
          onChange={setGrace}
        />
      </div>
    </TokenSheet>
  )
}
