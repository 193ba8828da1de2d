import { ShieldCheck } from 'lucide-react'
import type { ReactNode } from 'react'
import { strings } from '../strings/strings.ts'

/** Why a file is left alone: calm, since nothing has happened to it. */
export function ConnectRefusal({ reason, children }: { readonly reason: string; readonly children?: ReactNode }) {
  return (
    <div className="refusal" role="status">
      <ShieldCheck size={18} aria-hidden="true" />
      <div>
        <h3>{strings.connect.sheet.refused}</h3>
        <p className="break">{reason}</p>
        {children}
      </div>
    </div>
  )
}
