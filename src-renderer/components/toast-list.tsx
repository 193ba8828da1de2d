import { X } from 'lucide-react'
import { strings } from '../strings/strings.ts'
import { Button, IconButton } from './button.tsx'
import { Key } from './key.tsx'

interface ToastListProps {
  readonly toasts: readonly { readonly id: number; readonly tone: 'plain' | 'error'; readonly message: string; readonly undo?: unknown }[]
  readonly modKey: string
  readonly onUndo: (id: number) => void
  readonly onDismiss: (id: number) => void
}

export function ToastList({ toasts, modKey, onUndo, onDismiss }: ToastListProps) {
  return (
    <div className="toasts" role="region" aria-label={strings.toasts.region} aria-live="polite">
      {toasts.map((toast) => (
        <div key={toast.id} className={`toast ${toast.tone}`}>
          <span>{toast.message}</span>
          {toast.undo !== undefined && (
            <Button onClick={() => onUndo(toast.id)} aria-keyshortcuts="Control+Z Meta+Z">
              {strings.common.undo} <Key name={`${modKey} Z`} />
            </Button>
          )}
          <IconButton label={strings.toasts.dismiss} icon={<X size={14} />} onClick={() => onDismiss(toast.id)} />
        </div>
      ))}
    </div>
  )
}
