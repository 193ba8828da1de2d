import { useState } from 'react'
import { strings } from '../strings/strings.ts'
import { Button } from './button.tsx'
import { Logo } from './logo.tsx'

interface SignInProps {
  readonly isBusy: boolean
  /** Why the last try failed; empty for a wrong token. */
  readonly error?: string | undefined
  readonly onSubmit: (token: string) => void
}

export function SignIn({ isBusy, error, onSubmit }: SignInProps) {
  const [token, setToken] = useState('')
  return (
    <main className="sign-in">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (token.trim() !== '') onSubmit(token.trim())
        }}
      >
        <Logo size={36} />
        <h1>{strings.signIn.title}</h1>
        <p>{strings.signIn.why}</p>
        <label>
          <span className="field-label">{strings.signIn.token}</span>
          <input
            className="field mono"
            type="password"
            name="token"
            autoComplete="current-password"
            autoFocus
            required
            value={token}
            aria-invalid={error !== undefined}
            aria-describedby="sign-in-help"
            onChange={(event) => setToken(event.target.value)}
          />
        </label>
        <p id="sign-in-help" className={error === undefined ? 'faint' : 'form-error'} role={error === undefined ? undefined : 'alert'}>
          {error === undefined ? strings.signIn.where : error || strings.signIn.wrong}
        </p>
        <Button type="submit" look="primary" disabled={isBusy || token.trim() === ''}>
          {strings.signIn.submit}
        </Button>
      </form>
    </main>
  )
}
