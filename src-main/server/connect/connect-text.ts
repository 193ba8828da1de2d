import type { ClientPlace, ClientPreview, ClientStatus, ConnectionState, Drift, VerifyReport } from '../../contract/clients.ts'
import { shownCommand } from './shown-command.ts'

const STATES: Readonly<Record<ConnectionState, string>> = {
  absent: 'not on this machine',
  none: 'not connected',
  connected: 'connected',
  drifted: 'needs repair',
  foreign: 'another entry of this name',
  unusable: 'file cannot be used',
}
const DRIFTS: Readonly<Record<Drift, string>> = {
  missing: 'the entry is gone',
  changed: 'the entry was edited by hand',
  moved: 'the entry starts a program that is no longer there',
  outdated: 'the entry is of another version, place or setting of TMWS',
}

export function clientLines(clients: readonly ClientStatus[]): string {
  const lines = clients.flatMap(({ id, state, agent_id: agentId, places }) => [
    `  ${id.padEnd(15)} ${STATES[state]}${agentId === undefined ? '' : ` as ${agentId}`}`,
    ...places.filter((place) => place.state !== 'absent').map(placeLine),
  ])
  return forTerminal(`${lines.join('\n')}\n`)
}

function placeLine({ file, state, drift, problem }: ClientPlace): string {
  const more = drift === undefined ? problem : `${DRIFTS[drift]}${problem === undefined ? '' : `; ${problem}`}`
  return `  ${''.padEnd(15)}   ${file}: ${STATES[state]}${more === undefined ? '' : ` (${more})`}`
}

/** The exact change and the exact command, whole. */
export function previewText({ changes, commands, starts, warnings, action }: ClientPreview): string {
  const { platform } = process
  if (changes.length === 0) return action === 'undo' ? 'Nothing is left to undo.\n' : 'It is as it should be; nothing to do.\n'
  const variables = Object.entries(starts?.env ?? {}).map(([name, value]) => `    ${name}=${value}`)
  const started = starts ? ['It will start:', `    ${shownCommand([starts.command, ...starts.args], platform)}`, 'with:', ...variables] : []
  const run = commands.length > 0 ? ['This is run:', ...commands.map((words) => `    ${shownCommand(words, platform)}`)] : []
  const files = changes.flatMap(({ diff, kind }) => [...(kind === 'command' ? ['By that, the entry changes like this:'] : []), diff])
  return forTerminal(`${[...run, ...files, ...started, ...warnings.map((warning) => `Note: ${warning}`)].join('\n')}\n`)
}

export function verifyLines({ places }: VerifyReport): string {
  const lines = places.map((place) => {
    if (!place.works) return `${place.file}: does not work. ${place.problem ?? ''}`
    const {
      server,
      server_version: version,
      protocol_version: protocol,
      tools,
      agent_id: agent,
      namespace,
      start_ms: start,
      call_ms: call,
    } = place
    return `${place.file}: works. ${server ?? ''} ${version ?? ''}, MCP ${protocol ?? ''}, ${tools ?? 0} tools, as ${agent ?? '?'} in ${namespace ?? '?'}; started in ${start ?? 0} ms, a call took ${call ?? 0} ms.`
  })
  return forTerminal(`${lines.join('\n')}\n`)
}

/** What a file holds may hold sequences that a terminal obeys. */
function forTerminal(text: string): string {
  // eslint-disable-next-line no-control-regex -- this rule is about control characters
  return text.replace(/\r$/gm, '').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd')
}
