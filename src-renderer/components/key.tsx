/** A key cap. Hidden from screen readers where the same is said by `aria-keyshortcuts` or words. */
export function Key({ name }: { readonly name: string }) {
  return <kbd className="key">{name}</kbd>
}
