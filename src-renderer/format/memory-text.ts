const PREVIEW_CHARACTERS = 280

/** One line for a list: the summary if there is one, else the beginning of the text with its line breaks closed up. */
export function previewOf(memory: { readonly content: string; readonly summary?: string | undefined }): string {
  const text = memory.summary ?? memory.content
  return text
    .slice(0, PREVIEW_CHARACTERS * 2)
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, PREVIEW_CHARACTERS)
}

/** The beginning of an id that people compare by eye. Ids are time-ordered, so the end tells them apart. */
export function shortId(id: string): string {
  return id.slice(-8)
}

/** Whether a text has the marks of Markdown: headings, lists, fences, links or emphasis. */
export function looksFormatted(text: string): boolean {
  return /^(#{1,6} |[-*] |\d+\. |```|> )/m.test(text) || /\*\*\S|\[[^\]]+\]\(https?:/.test(text)
}
