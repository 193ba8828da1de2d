import type { FileChange } from '../../src-main/contract/clients.ts'
import { strings } from '../strings/strings.ts'
import { ConnectDiff } from './connect-diff.tsx'
import { CopyButton } from './copy-button.tsx'

const words = strings.connect.sheet

/** One file that is going to change: where it is, how it changes, and where the copy of before goes. */
export function ConnectChange({ change }: { readonly change: FileChange }) {
  const { file, kind, diff, backup } = change
  return (
    <section className="connect-change" aria-label={words.diffOf(file)}>
      <header>
        <span className="tag">
          <span>{words.kinds[kind]}</span>
        </span>
        <span className="mono break">{file}</span>
        <CopyButton text={file} what={words.place} />
      </header>
      <ConnectDiff diff={diff} label={words.diffOf(file)} />
      <p className="faint">
        {backup ? (
          <>
            {words.backup} <span className="mono break">{words.backupName(nameOf(file))}</span>
          </>
        ) : (
          words.noBackup[kind]
        )}
      </p>
    </section>
  )
}

function nameOf(file: string): string {
  return file.split(/[\\/]/).at(-1) ?? file
}
