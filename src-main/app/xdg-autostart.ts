import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * An entry of the Desktop Application Autostart Specification. The command is quoted as the Desktop Entry Specification asks for
 * (https://specifications.freedesktop.org/desktop-entry-spec/latest/exec-variables.html), so that paths may hold spaces and signs.
 */
export function autostartEntry(command: readonly string[]): string {
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Version=1.5',
    'Name=TMWS',
    'Comment=One shared memory for all your AI agents',
    `Exec=${command.map(quoted).join(' ')}`,
    'Terminal=false',
    'NoDisplay=true',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n')
}

/** Whether an entry is there, starts this command, and was not switched off by a tool of the desktop. */
export function isAutostartOn(file: string, command: readonly string[]): boolean {
  const lines = linesOf(file)
  return !isOff(lines) && lines.includes(`Exec=${command.map(quoted).join(' ')}`)
}

/** Whether an entry that is on starts a program that is no longer there. */
export function isAutostartLost(file: string): boolean {
  const lines = linesOf(file)
  const inQuotes = lines.map((line) => /^Exec="((?:[^"\\]|\\.)*)"/.exec(line)?.[1]).find((text) => text !== undefined)
  return inQuotes !== undefined && !isOff(lines) && !existsSync(unquoted(inQuotes))
}

/** At once or not at all. Throws what writing a file throws. */
export function writeAutostart(file: string, command: readonly string[]): void {
  mkdirSync(dirname(file), { recursive: true })
  const temporary = `${file}.${process.pid}.tmp`
  writeFileSync(temporary, autostartEntry(command))
  renameSync(temporary, file)
}

export function removeAutostart(file: string): void {
  rmSync(file, { force: true })
}

function linesOf(file: string): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split(/\r?\n/) : []
}

function isOff(lines: readonly string[]): boolean {
  return lines.some((line) => /^(Hidden\s*=\s*true|X-GNOME-Autostart-enabled\s*=\s*false)\s*$/i.test(line))
}

/** In quotes, with a backslash before what a shell would take for its own; then once more for the file's own escapes, and % doubled. */
function quoted(argument: string): string {
  const inQuotes = argument.replaceAll(/["`$\\]/g, (sign) => `\\${sign}`)
  return `"${inQuotes.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('%', '%%')}"`
}

function unquoted(inQuotes: string): string {
  const withoutFileEscapes = inQuotes.replaceAll('%%', '%').replaceAll(/\\([\\n])/g, (_, sign: string) => (sign === 'n' ? '\n' : sign))
  return withoutFileEscapes.replaceAll(/\\(.)/g, '$1')
}
