import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { strings } from '../strings/strings.ts'

const words = strings.erase

interface EraseDialogProps {
  readonly count: number
  readonly onErase: () => void
  readonly onClose: () => void
}

/** Erasing is one of the few things that cannot be undone, so it asks. */
export function EraseDialog({ count, onErase, onClose }: EraseDialogProps) {
  return (
    <Dialog title={words.title(count)} onClose={onClose}>
      <div className="dialog-body form">
        <p>{words.how}</p>
        <div className="form-actions">
          <Button onClick={onClose}>{strings.common.cancel}</Button>
          <Button look="primary" className="danger" onClick={onErase}>
            {words.confirm}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
