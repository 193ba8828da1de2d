import { CircleCheck, Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'

/** A calm line across the top of what it concerns. */
export function Banner({
  tone = 'warn',
  children,
  action,
}: {
  readonly tone?: 'ok' | 'warn' | 'error'
  readonly children: ReactNode
  readonly action?: ReactNode
}) {
  const Icon = tone === 'error' ? TriangleAlert : tone === 'ok' ? CircleCheck : Info
  return (
    <div className={`banner ${tone}`} role="status">
      <Icon size={16} aria-hidden="true" />
      <span>{children}</span>
      {action}
    </div>
  )
}
