import { strings } from '../strings/strings.ts'

/** A unified diff, line by line: sign, colour, and a word for those who hear it. */
export function ConnectDiff({ diff, label }: { readonly diff: string; readonly label: string }) {
  return (
    <pre className="diff" role="group" aria-label={label} tabIndex={0}>
      {linesOf(diff).map(({ kind, sign, text }, at) => (
        <span key={at} className={`diff-line ${kind}`}>
          <span className="diff-sign" aria-hidden="true">
            {sign}
          </span>
          {kind !== 'same' && kind !== 'place' && (
            <span className="visually-hidden">{kind === 'added' ? strings.connect.sheet.added : strings.connect.sheet.removed} </span>
          )}
          {text}
          {'\n'}
        </span>
      ))}
    </pre>
  )
}

interface DiffLine {
  readonly kind: 'added' | 'removed' | 'same' | 'place'
  readonly sign: string
  readonly text: string
}

/** The head names files that stand above already, and a missing last line end is seen in the file. */
function linesOf(diff: string): readonly DiffLine[] {
  return diff.split('\n').flatMap((line): DiffLine[] => {
    if (line === '' || /^(===|---|\+\+\+|\\)/.test(line)) return []
    const text = line.slice(1)
    if (line.startsWith('@@')) return [{ kind: 'place', sign: '', text: line }]
    if (line.startsWith('+')) return [{ kind: 'added', sign: '+', text }]
    return line.startsWith('-') ? [{ kind: 'removed', sign: '−', text }] : [{ kind: 'same', sign: ' ', text }]
  })
}
