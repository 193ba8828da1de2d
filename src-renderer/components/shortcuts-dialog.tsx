import { strings } from '../strings/strings.ts'
import { Dialog } from './dialog.tsx'
import { Key } from './key.tsx'

const words = strings.shortcuts

interface ShortcutsDialogProps {
  readonly modKey: string
  readonly screens: readonly { readonly text: string; readonly goKey: string }[]
  readonly onClose: () => void
}

/** Every key, with what it does. */
export function ShortcutsDialog({ modKey, screens, onClose }: ShortcutsDialogProps) {
  const groups = [
    {
      title: words.groups.anywhere,
      keys: [
        { keys: [modKey, 'K'], text: words.palette },
        { keys: ['/'], text: words.search },
        { keys: ['N'], text: words.newMemory },
        { keys: [modKey, 'Z'], text: words.undo },
        { keys: ['?'], text: words.help },
      ],
    },
    {
      title: words.groups.go,
      keys: screens.map(({ text, goKey }) => ({ keys: ['G', goKey.toUpperCase()], text })),
    },
    {
      title: words.groups.memories,
      keys: [
        { keys: ['J', '↓'], text: words.next },
        { keys: ['K', '↑'], text: words.previous },
        { keys: ['↵'], text: words.open },
        { keys: ['E'], text: words.edit },
        { keys: ['#'], text: words.trash },
        { keys: ['X'], text: words.tick },
        { keys: ['P'], text: words.pin },
        { keys: [modKey, '↵'], text: words.save },
        { keys: ['Esc'], text: words.close },
      ],
    },
  ]
  return (
    <Dialog title={words.title} onClose={onClose}>
      <div className="dialog-body shortcut-groups">
        {groups.map(({ title, keys }) => (
          <section key={title} aria-label={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map((shortcut) => (
                <div key={shortcut.text}>
                  <dt>{shortcut.text}</dt>
                  <dd>
                    {shortcut.keys.map((key) => (
                      <Key key={key} name={key} />
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
