import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { strings } from '../strings/strings.ts'
import { IconButton } from './button.tsx'

/** Copies `text` and says so for a moment. */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const [outcome, setOutcome] = useState<'copied' | 'failed'>()
  useEffect(() => {
    if (!outcome) return
    const timer = setTimeout(() => setOutcome(undefined), 1600)
    return () => clearTimeout(timer)
  }, [outcome])
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setOutcome('copied'),
      () => setOutcome('failed'),
    )
  }
  const said = outcome === 'copied' ? strings.common.copied : outcome === 'failed' ? strings.common.copyFailed : ''
  return (
    <>
      <IconButton
        small
        label={said || strings.common.copy(what)}
        icon={outcome === 'copied' ? <Check size={13} /> : <Copy size={13} />}
        onClick={copy}
      />
      <span role="status" className="visually-hidden">
        {said}
      </span>
    </>
  )
}
