import { existsSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { AppError } from '../../base/errors.ts'
import { connectionOptionsSchema } from '../../contract/clients.ts'
import type { ClientAction, ClientId, ConnectionOptions } from '../../contract/clients.ts'
import { clientLines, previewText, verifyLines } from './connect-text.ts'
import type { Connections } from './connections.ts'

export interface ConnectFlags {
  readonly dryRun?: boolean
  readonly undo?: boolean
  readonly repair?: boolean
  readonly verify?: boolean
  readonly mcpb?: string
  readonly agentId?: string
  readonly namespace?: string
  readonly force?: boolean
  readonly yes?: boolean
  readonly json?: boolean
}

const [DONE, FAILED, WRONG_USAGE, NOT_CONFIRMED] = [0, 1, 2, 3]

export function runListClients(connections: Connections, flags: ConnectFlags): number {
  const { json, ...others } = flags
  if (Object.keys(others).length > 0) {
    process.stderr.write('tmws: name a client to do something with: tmws connect CLIENT\n')
    return WRONG_USAGE
  }
  const clients = connections.list()
  process.stdout.write(json === true ? toJson({ clients }) : clientLines(clients))
  return DONE
}

export async function runConnect(connections: Connections, client: ClientId, flags: ConnectFlags): Promise<number> {
  if (flags.mcpb !== undefined) return writeBundle(connections, client, flags.mcpb, flags.force === true)
  if (flags.verify === true) return runVerify(connections, client, flags)
  const options = connectionOptionsSchema.safeParse({
    force: flags.force ?? false,
    ...(flags.agentId !== undefined && { agent_id: flags.agentId }),
    ...(flags.namespace !== undefined && { namespace: flags.namespace }),
  })
  if (options.success) return change(connections, client, flags, options.data)
  const [issue] = options.error.issues
  process.stderr.write(`tmws: --${String(issue?.path[0]).replace('_', '-')} ${issue?.message ?? 'is not valid'}.\n`)
  return WRONG_USAGE
}

async function change(connections: Connections, client: ClientId, flags: ConnectFlags, options: ConnectionOptions): Promise<number> {
  const action: ClientAction = flags.undo === true ? 'undo' : flags.repair === true ? 'repair' : 'connect'
  const preview = await connections.preview(client, action, options)
  // With --json the answer is alone on stdout; what is for people goes beside it.
  const forPeople = flags.json === true ? process.stderr : process.stdout
  forPeople.write(previewText(preview))
  if (flags.dryRun === true || preview.changes.length === 0) {
    if (flags.json === true) process.stdout.write(toJson(preview))
    // What is only remembered is forgotten without a question: no file changes.
    if (flags.dryRun !== true && action === 'undo') await connections.change(client, action, { ...options, hash: preview.hash })
    return DONE
  }
  if (flags.yes !== true && !(await isConfirmed())) return NOT_CONFIRMED
  const outcome = await connections.change(client, action, { ...options, hash: preview.hash })
  if (flags.json === true) process.stdout.write(toJson(outcome))
  for (const backup of outcome.backups) forPeople.write(`Kept as it was before: ${backup}\n`)
  const next = `${preview.restart} To try it: tmws connect ${client} --verify`
  // What is running keeps its connection until it starts anew.
  forPeople.write(`Done. ${action === 'undo' ? `Restart ${client} if it runs.` : next}\n`)
  return DONE
}

async function isConfirmed(): Promise<boolean> {
  if (!process.stdin.isTTY) {
    process.stderr.write('tmws: nothing was changed: there is no terminal to ask on. Add --yes to do what is shown above.\n')
    return false
  }
  const asker = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await asker.question('Make this change? [y/N] ')
    if (/^y(es)?$/i.test(answer.trim())) return true
    process.stderr.write('Nothing was changed.\n')
    return false
  } finally {
    asker.close()
  }
}

async function runVerify(connections: Connections, client: ClientId, { json }: ConnectFlags): Promise<number> {
  const report = await connections.verify(client)
  process.stdout.write(json === true ? toJson(report) : verifyLines(report))
  return report.works ? DONE : FAILED
}

function writeBundle(connections: Connections, client: ClientId, name: string, mayOverwrite: boolean): number {
  const file = resolve(name)
  const bundle = connections.bundle(client)
  if (!mayOverwrite && existsSync(file)) throw new AppError('conflict', `${file} is there already; choose another name, or add --force.`)
  writeFileSync(file, bundle)
  process.stdout.write(`${file}\n`)
  process.stderr.write(
    'Open it with Claude Desktop (double-click it, or drag it onto its window), and start the TMWS app or tmws --server.\n',
  )
  return DONE
}

function toJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
