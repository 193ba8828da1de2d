import type { Token } from '../../src-main/contract/token.ts'
import { strings } from '../strings/strings.ts'
import { TokenSheet, type TokenSheetProps } from './token-sheet.tsx'

const words = strings.settings.tokens

interface TokenRevokeProps extends Pick<TokenSheetProps, 'isBusy' | 'error' | 'onClose'> {
  readonly token: Token
  readonly onSubmit: () => void
}

/** The one question about a token: its end cannot be undone. */
export function TokenRevoke({ token, onSubmit, ...sheet }: TokenRevokeProps) {
  return (
    <TokenSheet {...sheet} title={words.revokeTitle(token.name)} submit={words.revokeSubmit} onSubmit={onSubmit}>
      <p>{words.revokeHow}</p>
    </TokenSheet>
  )
}
