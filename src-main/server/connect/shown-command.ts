/** A command as a person can paste it into a shell of that system. For reading only: nothing here is ever run through one. */
export function shownCommand(words: readonly string[], platform: NodeJS.Platform): string {
  return words.map((word) => (platform === 'win32' ? quoteForPowerShell(word) : quoteForPosix(word))).join(' ')
}

function quoteForPosix(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

function quoteForPowerShell(word: string): string {
  return /^[\w@+=:,./\\-]+$/.test(word) ? word : `'${word.replaceAll("'", "''")}'`
}
