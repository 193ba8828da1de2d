import { strings } from '../strings/strings.ts'

/** What a person typed as a JSON object; or a sentence about why it is none. */
export function readJsonObject(text: string): { readonly value: Record<string, unknown> } | { readonly problem: string } {
  let value: unknown
  try {
    value = JSON.parse(text.trim() === '' ? '{}' : text)
  } catch (error) {
    return { problem: strings.workflows.notJson(error instanceof Error ? error.message : String(error)) }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { problem: strings.workflows.notObject }
  return { value: value as Record<string, unknown> } // an object that came from JSON
}
