import { useEffect, useEffectEvent } from 'react'

/** Handlers by key. `mod+k` is Ctrl or Cmd. A handler that returns false leaves the key to others. */
export type Shortcuts = Readonly<Record<string, (event: KeyboardEvent) => boolean | undefined>>

/** Listens on the window. Plain keys rest while one types, while a dialog is open, and while a menu is. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing || event.altKey) return
    const hasModifier = event.ctrlKey || event.metaKey
    const key = (hasModifier ? 'mod+' : '') + (event.key.length === 1 ? event.key.toLowerCase() : event.key)
    const handler = shortcuts[key]
    if (!handler || (!hasModifier && isTaken(event)) || isTypingUndo(event, key)) return
    if (handler(event) !== false) event.preventDefault()
  })
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event)
    addEventListener('keydown', listener)
    return () => removeEventListener('keydown', listener)
  }, [])
}

/** Words for the Ctrl or Cmd key, as this machine has it. */
export const MOD_KEY = /Mac|iP/.test(navigator.platform) ? '⌘' : 'Ctrl'

export function isTextField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.matches('input:not([type="checkbox"], [type="radio"], [type="range"]), textarea, [contenteditable="true"]')
  )
}

function isTaken({ target }: KeyboardEvent): boolean {
  return isTextField(target) || document.querySelector('dialog[open], [role="menu"]') !== null
}

/** Ctrl/Cmd+Z in a field takes back typing, not a change of a memory. */
function isTypingUndo({ target }: KeyboardEvent, key: string): boolean {
  return key === 'mod+z' && isTextField(target)
}
