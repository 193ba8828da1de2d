import { useId, useState } from 'react'
import { strings } from '../strings/strings.ts'
import { Button } from './button.tsx'

const words = strings.sharing

interface EndFormProps {
  readonly agentId: string
  /** Epoch milliseconds. */
  readonly onSet: (at: number) => void
  readonly onCancel: () => void
}

/** The day and hour at which a grant ends, in the reader's zone. */
export function EndForm({ agentId, onSet, onCancel }: EndFormProps) {
  const [text, setText] = useState('')
  const [isPast, setIsPast] = useState(false)
  const id = useId()
  const set = () => {
    const at = Date.parse(text)
    if (at > Date.now()) onSet(at)
    else setIsPast(true)
  }
  return (
    <form
      className="end-form"
      onSubmit={(event) => {
        event.preventDefault()
        set()
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.preventDefault()
        event.stopPropagation()
        onCancel()
      }}
    >
      <input
        autoFocus
        type="datetime-local"
        className="field"
        aria-label={words.endAt(agentId)}
        aria-invalid={isPast}
        aria-describedby={isPast ? id : undefined}
        value={text}
        onChange={(event) => {
          setIsPast(false)
          setText(event.target.value)
        }}
      />
      <Button type="submit" small look="primary">
        {words.set}
      </Button>
      <Button small look="quiet" onClick={onCancel}>
        {strings.common.cancel}
      </Button>
      {isPast && (
        <p id={id} className="form-error" role="alert">
          {words.past}
        </p>
      )}
    </form>
  )
}
