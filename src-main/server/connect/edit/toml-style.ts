import type { EntryPath, EntryValue } from './config-document.ts'

/** `[container.name]` and its keys, without a line end after the last one. */
export function renderTable([container, name]: EntryPath, value: EntryValue, lineEnd: string): string {
  const lines = isRecord(value) ? Object.entries(value).map(([key, inner]) => `${renderKey(key)} = ${renderInline(inner)}`) : []
  return [`[${renderKey(container)}.${renderKey(name)}]`, ...lines].join(lineEnd)
}

/** A value on one line, as TOML 1.0 demands of inline tables. */
export function renderInline(value: EntryValue): string {
  if (typeof value === 'string') return renderText(value)
  if (isList(value)) return `[${value.map(renderInline).join(', ')}]`
  if (!isRecord(value)) return String(value)
  const members = Object.entries(value).map(([key, inner]) => `${renderKey(key)} = ${renderInline(inner)}`)
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}

export function renderKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : renderText(key)
}

/** The escapes of JSON are all known to TOML; DEL is the one character that JSON leaves and TOML forbids. */
function renderText(text: string): string {
  return JSON.stringify(text).replaceAll('\u007f', '\\u007f')
}

function isList(value: EntryValue): value is readonly EntryValue[] {
  return Array.isArray(value)
}

function isRecord(value: EntryValue): value is Readonly<Record<string, EntryValue>> {
  return typeof value === 'object' && !Array.isArray(value)
}
