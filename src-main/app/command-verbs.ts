/** The words that the `tmws` command knows. A test compares them with its help. */
export const COMMAND_VERBS: readonly string[] = [
  'audit',
  'backup',
  'connect',
  'decrypt',
  'doctor',
  'encrypt',
  'export',
  'help',
  'import',
  'migrate',
  'restore',
  'tokens',
]
const COMMAND_FLAGS: readonly string[] = ['--server', '--help', '-h', '--version', '-V']
/** What AppRun and the starters of desktops put in for Chromium; Electron leaves it in argv, and the command would refuse it. */
const OF_CHROMIUM = /^--(no-sandbox|disable-gpu|ozone-platform(-hint)?=.*)$/

/**
 * What the app was started with, without the program and Chromium's own flags, and whether it is for the command. Only flags may stand in
 * front of a verb, with their values: a path or a link that happens to be one of the words is none.
 */
export function commandArguments(
  argv: readonly string[],
  isFromSources: boolean,
): { readonly command: boolean; readonly rest: readonly string[] } {
  const rest = argv.slice(isFromSources ? 2 : 1).filter((arg) => !OF_CHROMIUM.test(arg))
  const firstWord = rest.find((arg, index) => !arg.startsWith('-') && !takesValue(rest[index - 1]))
  return { command: rest.some((arg) => COMMAND_FLAGS.includes(arg)) || COMMAND_VERBS.includes(firstWord ?? ''), rest }
}

/** Every flag of the command that is not among those above has a value, in the next word unless it is joined to it. */
function takesValue(flag: string | undefined): boolean {
  return flag?.startsWith('--') === true && !flag.includes('=') && !COMMAND_FLAGS.includes(flag) && flag !== '--hidden'
}
