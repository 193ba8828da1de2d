import type { ReactNode } from 'react'
import { strings } from '../strings/strings.ts'
import { Banner } from './banner.tsx'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'

export interface TokenSheetProps {
  readonly title: string
  readonly submit: string
  readonly isReady?: boolean
  readonly isBusy: boolean
  readonly error: string | undefined
  readonly onSubmit: () => void
  readonly onClose: () => void
  readonly children: ReactNode
}

/** What every dialog about a token shares: its foot, and why the server refused. */
export function TokenSheet({ title, submit, isReady = true, isBusy, error, onSubmit, onClose, children }: TokenSheetProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className="connect-sheet token-sheet"
        onSubmit={(event) => {
          event.preventDefault()
          if (isReady && !isBusy) onSubmit()
        }}
      >
        <div className="sheet-body">
          {error !== undefined && <Banner tone="error">{error}</Banner>}
          {children}
        </div>
        <footer className="sheet-foot">
          <span className="spacer" />
          <Button onClick={onClose}>{strings.common.cancel}</Button>
          <Button look="primary" type="submit" disabled={!isReady || isBusy}>
            {submit}
          </Button>
        </footer>
      </form>
    </Dialog>
  )
}
