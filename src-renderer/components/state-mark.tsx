export type Tone = 'ok' | 'warn' | 'error' | 'live' | 'quiet'

/** A state by colour and by word. */
export function StateMark({ tone, text }: { readonly tone: Tone; readonly text: string }) {
  return (
    <span className={`state-mark ${tone}`}>
      <i aria-hidden="true" />
      {text}
    </span>
  )
}
