import { X } from 'lucide-react'
import { useLayoutEffect, useRef, type ReactNode } from 'react'
import { strings } from '../strings/strings.ts'
import { IconButton } from './button.tsx'

interface DialogProps {
  readonly title: string
  readonly onClose: () => void
  readonly hasHead?: boolean
  readonly children: ReactNode
}

/** The browser's own modal dialog: it keeps the focus in, closes by Esc and gives the focus back. */
export function Dialog({ title, onClose, hasHead = true, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null)
  // Of the layout: it is closed while it is still in the page, or the browser would not give the focus back.
  useLayoutEffect(() => {
    const dialog = ref.current
    if (!dialog?.isConnected) return
    if (!dialog.open) dialog.showModal()
    // The browser would choose the first button; what one came for is the field.
    const field = dialog.querySelector<HTMLElement>('textarea, input')
    ;(field?.checkVisibility() ? field : dialog).focus()
    return () => dialog.close()
  }, [])
  return (
    <dialog
      ref={ref}
      className="dialog"
      tabIndex={-1}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onMouseDown={(event) => {
        if (event.target === ref.current) onClose()
      }}
    >
      {hasHead && (
        <div className="dialog-head">
          <h2>{title}</h2>
          <IconButton label={strings.common.close} icon={<X size={16} />} onClick={onClose} />
        </div>
      )}
      {children}
    </dialog>
  )
}
