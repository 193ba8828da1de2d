import type { UseMutationResult } from '@tanstack/react-query'
import type { ClientAction, ClientOutcome, ClientStatus, VerifyReport } from '../api/clients-api.ts'
import { messageOf } from '../api/server-error.ts'
import { Banner } from '../components/banner.tsx'
import { Button } from '../components/button.tsx'
import { ConnectVerdict } from '../components/connect-verdict.tsx'
import { strings } from '../strings/strings.ts'

const words = strings.connect.sheet

export type Verification = UseMutationResult<VerifyReport, Error, void>

interface ConnectDoneProps {
  readonly client: ClientStatus
  readonly action: ClientAction
  readonly outcome: ClientOutcome
  readonly verify: Verification
  readonly onUndo: () => void
  readonly onClose: () => void
}

/** It is done: what was kept, whether it works, and what the person does next. */
export function ConnectDone({ client, action, outcome, verify, onUndo, onClose }: ConnectDoneProps) {
  const { title, restart } = client
  const isUndone = action === 'undo'
  return (
    <>
      <div className="sheet-body">
        <Banner tone="ok">
          {isUndone ? words.undoneHow(title) : words.written}{' '}
          {outcome.changes.map(({ file }) => (
            <span key={file} className="mono break">
              {file}{' '}
            </span>
          ))}
        </Banner>
        {!isUndone && <VerifyState title={title} verify={verify} />}
        {!isUndone && (
          <section>
            <h3 className="sheet-heading">{words.next}</h3>
            <p>{restart}</p>
          </section>
        )}
        {outcome.backups.map((file) => (
          <p key={file} className="faint break">
            {words.kept(file)}
          </p>
        ))}
      </div>
      <footer className="sheet-foot">
        {!isUndone && (
          <>
            <Button look="quiet" onClick={onUndo}>
              {words.undo}
            </Button>
            <Button look="quiet" disabled={verify.isPending} onClick={() => verify.mutate()}>
              {words.again}
            </Button>
          </>
        )}
        <span className="spacer" />
        <Button look="primary" onClick={onClose}>
          {words.finish}
        </Button>
      </footer>
    </>
  )
}

/** What the trial says so far. */
export function VerifyState({ title, verify }: { readonly title: string; readonly verify: Verification }) {
  if (verify.isPending) {
    return (
      <p className="verifying" role="status">
        {words.verifying(title)}
      </p>
    )
  }
  if (verify.isError) return <Banner tone="error">{messageOf(verify.error)}</Banner>
  return verify.data?.places.map((place) => <ConnectVerdict key={place.file} title={title} place={place} />)
}
