import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { messageOf } from '../../base/errors.ts'
import type { Machine } from '../../config/machine.ts'
import type { VerifiedPlace } from '../../contract/clients.ts'
import { StdioConversation } from './stdio-conversation.ts'

/** How long the whole trial may take, in milliseconds. */
const TRIAL_BUDGET_MS = 20_000
/** How long a program may take to end by itself, and then after being asked to, in milliseconds. */
const FAREWELL_MS = 2_000
const PROTOCOL_VERSION = '2025-11-25'

/** Variables that a client's program is given besides its own: what a window of that system has, without anything of a shell. */
const GIVEN = {
  posix: ['LOGNAME', 'SHELL', 'TERM', 'USER'],
  win32: [
    'APPDATA',
    'HOMEDRIVE',
    'HOMEPATH',
    'LOCALAPPDATA',
    'PATH',
    'PROCESSOR_ARCHITECTURE',
    'PROGRAMFILES',
    'SYSTEMDRIVE',
    'SYSTEMROOT',
    'TEMP',
    'USERNAME',
    'USERPROFILE',
  ],
} as const
const WINDOW_PATH = '/usr/bin:/bin:/usr/sbin:/sbin'

type Finding = Omit<VerifiedPlace, 'file'>

/** Starts an entry as its client would, asks it who it is, what tools it has and on whose behalf it works, and ends it. Never throws. */
export async function verifyEntry(entry: unknown, machine: Machine, budgetMs: number = TRIAL_BUDGET_MS): Promise<Finding> {
  const { command, args, env } = entry as { command: string; args: string[]; env: Record<string, string> } // as we wrote it
  const startedAt = performance.now()
  const child = spawn(command, args, {
    env: { ...environmentOf(machine), ...env },
    cwd: machine.home,
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
    shell: false,
  })
  const conversation = new StdioConversation(child)
  try {
    return await converse(conversation, startedAt, AbortSignal.timeout(budgetMs))
  } catch (error) {
    const said = conversation.lastWords
    return { works: false, problem: `${messageOf(error)}${said === '' ? '' : ` It said: ${said}`}` }
  } finally {
    await end(child)
  }
}

async function converse(conversation: StdioConversation, startedAt: number, signal: AbortSignal): Promise<Finding> {
  const hello = await conversation.ask(
    'initialize',
    { protocolVersion: PROTOCOL_VERSION, capabilities: {}, clientInfo: { name: 'tmws-connect', version: '1' } },
    signal,
  )
  const startMs = since(startedAt)
  conversation.tell('notifications/initialized')
  const { tools } = (await conversation.ask('tools/list', {}, signal)) as { tools?: unknown } // checked below
  const calledAt = performance.now()
  const call = (await conversation.ask('tools/call', { name: 'get_current_agent', arguments: {} }, signal)) as {
    isError?: unknown
    content?: readonly { text?: unknown }[]
    structuredContent?: { agent?: { agent_id?: unknown; namespace?: unknown } }
  } // by the protocol
  if (call.isError === true) throw new Error(`get_current_agent failed: ${String(call.content?.[0]?.text)}`)
  const { serverInfo, protocolVersion } = hello as { serverInfo?: { name?: unknown; version?: unknown }; protocolVersion?: unknown } // by the protocol
  const { agent_id: agentId, namespace } = call.structuredContent?.agent ?? {}
  return {
    works: true,
    ...texts({
      server: serverInfo?.name,
      server_version: serverInfo?.version,
      protocol_version: protocolVersion,
      agent_id: agentId,
      namespace,
    }),
    tools: Array.isArray(tools) ? tools.length : 0,
    start_ms: startMs,
    call_ms: since(calledAt),
  }
}

function texts(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])))
}

function environmentOf({ platform, home, env }: Machine): Record<string, string> {
  const names: readonly string[] = platform === 'win32' ? GIVEN.win32 : GIVEN.posix
  const given = Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))
  return platform === 'win32' ? given : { ...given, HOME: home, PATH: WINDOW_PATH }
}

/** The end of its input is how a client says goodbye; what does not hear it is ended. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || hasEnded(child)) return
  const gone = once(child, 'exit')
  child.stdin?.end()
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (await endsWithin(gone, FAREWELL_MS)) return
    child.kill(signal)
  }
  await endsWithin(gone, FAREWELL_MS)
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

function endsWithin(gone: Promise<unknown>, ms: number): Promise<boolean> {
  return Promise.race([gone.then(() => true), delay(ms, false, { ref: false })])
}

function since(startedAt: number): number {
  return Math.round((performance.now() - startedAt) * 10) / 10
}
