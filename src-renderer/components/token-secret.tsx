import type { IssuedToken } from '../../src-main/contract/token.ts'
import { strings } from '../strings/strings.ts'
import { Banner } from './banner.tsx'
import { Button } from './button.tsx'
import { ConnectCode } from './connect-code.tsx'
import { Dialog } from './dialog.tsx'

const words = strings.settings.tokens

/** The secret of a token, this once. */
export function TokenSecret({ issued, onClose }: { readonly issued: IssuedToken; readonly onClose: () => void }) {
  return (
    <Dialog title={words.secretTitle} onClose={onClose}>
      <div className="connect-sheet token-sheet">
        <div className="sheet-body">
          <Banner>{words.secretHow}</Banner>
          <ConnectCode text={issued.secret} what={words.secret} />
          <p className="faint">
            {words.secretUse} <span className="mono">Authorization: Bearer …</span>
          </p>
        </div>
        <footer className="sheet-foot">
          <span className="spacer" />
          <Button look="primary" onClick={onClose}>
            {words.stored}
          </Button>
        </footer>
      </div>
    </Dialog>
  )
}
