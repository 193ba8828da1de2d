import { toIso } from '../../base/clock.ts'
import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { Machine } from '../../config/machine.ts'
import { CLIENT_IDS } from '../../contract/clients.ts'
import type {
  ClientAction,
  ClientId,
  ClientOutcome,
  ClientPreview,
  ClientStatus,
  ConnectionOptions,
  VerifyReport,
} from '../../contract/clients.ts'
import type { AgentKeys } from './agent-keys.ts'
import { applySteps } from './apply-steps.ts'
import { fileChangeOf } from './change-diff.ts'
import { hashOfPlan } from './change-plan.ts'
import type { ChangePlan, FileStep } from './change-plan.ts'
import { findClaudeCommand, runClaudeCommand } from './claude-command.ts'
import type { Place } from './client-places.ts'
import { statusOf } from './client-status.ts'
import { CLIENTS } from './client-table.ts'
import type { ClientSpec } from './client-table.ts'
import { ConnectionJournal } from './connection-journal.ts'
import { launchOf, launchWarnings, prepareLaunch } from './launch.ts'
import type { BridgeVariables, Installation, Launch } from './launch.ts'
import { buildBundle } from './mcpb-bundle.ts'
import { placesToConnect, placesToRepair, planConnect } from './plan-connect.ts'
import { planUndo } from './plan-undo.ts'
import { lookAt, wearerOf } from './seen-place.ts'
import type { SeenPlace, Wearer } from './seen-place.ts'
import { shownCommand } from './shown-command.ts'
import { verifyEntry } from './verify-entry.ts'

export interface ConnectionsParts {
  readonly machine: Machine
  readonly installation: Installation
  readonly variables: BridgeVariables
  /** Folder of the discovery file: what is remembered of connections lies there too. */
  readonly homeFolder: string
  readonly clock: Clock
  readonly keys: AgentKeys
  /** Whether a program of one of these names runs on the machine. */
  readonly isRunning: (names: readonly string[]) => Promise<boolean>
}

const SAMPLE_AGENT_ID = 'my-agent'

/** Wires MCP clients of this machine to TMWS: looks, shows the exact change, makes it, takes it back, and tries what was written. */
export class Connections {
  readonly #parts: ConnectionsParts
  readonly #journal: ConnectionJournal

  constructor(parts: ConnectionsParts) {
    this.#parts = parts
    this.#journal = new ConnectionJournal(parts.homeFolder)
  }

  list(): ClientStatus[] {
    return CLIENT_IDS.map((id) => this.status(id))
  }

  /** What a program of no known kind would start. Its agent id is a sample. */
  anyLaunch(): { command: string; args: string[]; env: Record<string, string> } {
    const { installation, variables, homeFolder } = this.#parts
    const { command, args, env } = launchOf(installation, variables, homeFolder, { agentId: SAMPLE_AGENT_ID })
    return { command, args: [...args], env: { ...env } }
  }

  status(id: ClientId): ClientStatus {
    return statusOf(CLIENTS[id], this.#look(CLIENTS[id]))
  }

  /** Throws `not_found` when the client is not here, `conflict` with the reason when a file may not be changed. Changes nothing. */
  async preview(id: ClientId, action: ClientAction, options: ConnectionOptions): Promise<ClientPreview> {
    const plan = this.#plan(CLIENTS[id], action, options)
    const { spec, steps, starts } = plan
    const command = steps.some(({ kind }) => kind === 'command') ? this.#command(plan) : ''
    return {
      client: id,
      action,
      hash: hashOfPlan(plan),
      changes: steps.flatMap(fileChangeOf),
      commands: steps.flatMap(({ commands = [] }) => commands.map((args) => [command, ...args])),
      ...(starts && { starts: { command: starts.command, args: [...starts.args], env: { ...starts.env } } }),
      warnings: await this.#warnings(plan),
      restart: spec.restart,
    }
  }

  /** Does what `preview` showed. With its hash, throws `conflict` when a file has changed since. All files are changed or none. */
  change(id: ClientId, action: ClientAction, options: ConnectionOptions & { readonly hash?: string | undefined }): Promise<ClientOutcome> {
    return this.#journal.exclusively(async () => {
      const plan = this.#plan(CLIENTS[id], action, options)
      if (options.hash !== undefined && options.hash !== hashOfPlan(plan))
        throw new AppError(
          'conflict',
          `What would be changed for ${plan.spec.title} is no longer what was shown. Look at the change again.`,
        )
      const backups = plan.steps.length === 0 ? [] : await this.#make(plan)
      return { client: this.status(id), changes: plan.steps.flatMap(fileChangeOf), backups }
    })
  }

  /** Starts what the client's configuration says, as a client would, and talks with it. Throws `conflict` when there is nothing of ours to start. */
  async verify(id: ClientId): Promise<VerifyReport> {
    const spec = CLIENTS[id]
    const ours = this.#look(spec).filter(({ state, drift }) => state === 'connected' || drift === 'outdated' || drift === 'moved')
    if (ours.length === 0)
      throw new AppError(
        'conflict',
        `${spec.title} has no entry as TMWS writes it, so there is nothing to try. Connect or repair it first.`,
      )
    const places = []
    for (const { place, entry } of ours) places.push({ file: place.file, ...(await verifyEntry(entry, this.#parts.machine)) })
    return { client: id, works: places.every(({ works }) => works), places }
  }

  /** The extension for Claude Desktop, as a file. Throws `not_found` for a client that takes none. */
  bundle(id: ClientId): Buffer {
    if (id !== 'claude-desktop') throw new AppError('not_found', `There is a bundle for claude-desktop only, not for ${id}.`)
    const { installation, variables } = this.#parts
    return buildBundle(installation, variables)
  }

  #look(spec: ClientSpec): SeenPlace[] {
    const records = this.#journal.read().filter(({ client }) => client === spec.id)
    return spec.places(this.#parts.machine).map((place) => {
      const record = records.find(({ file }) => file === place.file)
      return lookAt(spec, place, record, (wearer) => spec.entryOf(this.#launch(spec, place, wearer)))
    })
  }

  #launch(spec: ClientSpec, place: Place, { agentId = spec.id, namespace }: Wearer): Launch {
    const { installation, variables, homeFolder } = this.#parts
    const isVirtualized = place.isVirtualized === true
    return launchOf(installation, variables, homeFolder, { agentId, isVirtualized, ...(namespace !== undefined && { namespace }) })
  }

  #plan(spec: ClientSpec, action: ClientAction, options: ConnectionOptions): ChangePlan {
    const seen = this.#look(spec)
    const known = knownWearer(seen)
    const agentId = options.agent_id ?? known.agentId ?? spec.id
    if (action === 'undo') {
      const steps = seen.flatMap((place) => planUndo(spec, place) ?? [])
      if (steps.length === 0) throw new AppError('conflict', `${spec.title} has no entry that TMWS wrote, so there is nothing to undo.`)
      return { spec, action, steps, agentId }
    }
    const namespace = options.namespace ?? known.namespace
    const wearer: Wearer = { agentId, ...(namespace !== undefined && { namespace }) }
    const { clock, installation } = this.#parts
    const places = action === 'connect' ? placesToConnect(spec, seen) : placesToRepair(spec, seen)
    const steps = places.flatMap((place): FileStep[] => {
      const entry = spec.entryOf(this.#launch(spec, place.place, wearer))
      const wanted = { ...wearer, agentId, entry, force: options.force, version: installation.version, now: toIso(clock.now()) }
      return [planConnect(spec, place, wanted, action) ?? []].flat()
    })
    const first = places[0]
    return { spec, action, steps, agentId, ...(first && { starts: this.#launch(spec, first.place, wearer) }) }
  }

  async #make(plan: ChangePlan): Promise<string[]> {
    const { machine, installation, homeFolder, clock, keys } = this.#parts
    const formerAgents = new Set(plan.steps.flatMap(({ seen }) => seen.record?.agent_id ?? []))
    const isCommand = plan.steps.some(({ kind }) => kind === 'command')
    const command = isCommand ? this.#command(plan) : ''
    if (plan.action !== 'undo') {
      prepareLaunch(installation, homeFolder)
      await keys.prepareAgent(plan.agentId)
    }
    try {
      return await applySteps(plan.steps, {
        spec: plan.spec,
        journal: this.#journal,
        nowMs: clock.now(),
        runCommand: (args) => runClaudeCommand(command, args, machine),
      })
    } finally {
      const used = new Set(this.#journal.read().map(({ agent_id: id }) => id))
      for (const agentId of new Set([...formerAgents, plan.agentId])) if (!used.has(agentId)) await keys.retireAgent(agentId)
    }
  }

  /** Throws `conflict` with what to type by hand where the client's command is not found. */
  #command({ spec, steps }: ChangePlan): string {
    const { machine } = this.#parts
    const command = findClaudeCommand(machine)
    if (command !== undefined) return command
    const lines = steps.flatMap(({ commands = [] }) => commands.map((args) => shownCommand(['claude', ...args], machine.platform)))
    throw new AppError(
      'conflict',
      `The command claude was not found, and only it may change ${spec.title}'s file, which ${spec.title} rewrites all the time. Where it is, run: ${lines.join(' && ')}`,
    )
  }

  async #warnings({ spec, steps }: ChangePlan): Promise<string[]> {
    const names = spec.overwritesWhileRunning
    const isRunning = names !== undefined && steps.length > 0 && (await this.#parts.isRunning(names))
    return [
      ...(isRunning
        ? [
            `${spec.title} is running and may write its settings over this change. Quit it fully first; if the entry is gone later, repair it.`,
          ]
        : []),
      ...launchWarnings(this.#parts.installation),
    ]
  }
}

function knownWearer(seen: readonly SeenPlace[]): Wearer {
  const record = seen.find((place) => place.record)?.record
  if (record) return { agentId: record.agent_id, ...(record.namespace !== undefined && { namespace: record.namespace }) }
  const connected = seen.find(({ state }) => state === 'connected')
  return connected ? wearerOf(connected.entry) : {}
}
