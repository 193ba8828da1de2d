import { CopyButton } from './copy-button.tsx'

/** A piece of configuration or a command to copy, as it is. */
export function ConnectCode({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <div className="code-block">
      <pre tabIndex={0} aria-label={what} role="group">
        {text}
      </pre>
      <CopyButton text={text} what={what} />
    </div>
  )
}
