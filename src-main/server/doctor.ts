import { accessSync, constants, existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { messageOf } from '../base/errors.ts'
import { silentLog } from '../base/log.ts'
import { readRuntimeFile } from '../base/runtime-files.ts'
import { describeDatabase } from '../config/config.ts'
import type { ServerConfig } from '../config/config.ts'
import { dataPaths } from '../config/paths.ts'
import { openEmbedder } from '../embedding/open-embedder.ts'
import { probeRedis } from '../storage/open-state.ts'
import { inspectDatabase, inspectPostgres } from '../storage/open-stores.ts'
import { storeOptions } from './core-parts.ts'
import { checkBridge } from './bridge-check.ts'
import { embedderOptions } from './embedder-options.ts'
import { describeLoose, looseEntries } from './file-modes.ts'
import { INSTALLED, VERSION } from './install-paths.ts'
import { loadStandInConfig } from './last-place.ts'
import { isSupportedNode } from './node-version.ts'
import { profileCosts } from './profile-costs.ts'

type Verdict = 'ok' | 'note' | 'wrong'

interface Finding {
  readonly subject: string
  readonly verdict: Verdict
  /** What is so, and for `wrong` what to do. */
  readonly sentence: string
}

/** How long the model may take to load, and a running server to answer, in milliseconds. */
const MODEL_BUDGET_MS = 20_000
const ANSWER_BUDGET_MS = 2_000

/** Checks what a server with this configuration needs, prints a line for each, and resolves with 1 if something is wrong. */
export async function runDoctor(config: ServerConfig, isReadyForProduction = false): Promise<number> {
  const running = await findRunning(config)
  const findings = [
    checkNode(),
    {
      subject: 'Settings',
      verdict: 'ok',
      sentence: config.settingsFile ?? 'no settings file; flags, variables and defaults',
    } satisfies Finding,
    ...(isReadyForProduction ? [READY_FOR_PRODUCTION] : []),
    ...config.warnings.map((sentence): Finding => ({ subject: 'Settings', verdict: 'note', sentence })),
    checkDataFolder(config),
    ...checkFileModes(config),
    await checkDatabase(config),
    ...(await checkRedis(config)),
    checkDiscovery(config),
    running.finding,
    ...(running.isRunning ? [] : await checkPorts(config)),
    await checkModel(config),
    ...running.model,
    checkBuilt(),
    ...(await checkBridge(() => loadStandInConfig())),
    describeProfiles(config),
  ]
  process.stdout.write(`TMWS ${VERSION} doctor\n${findings.map(lineOf).join('\n')}\n`)
  const wrong = findings.filter((finding) => finding.verdict === 'wrong').length
  process.stdout.write(wrong === 0 ? 'Everything needed is there.\n' : `${wrong} to mend.\n`)
  return wrong === 0 ? 0 : 1
}

const READY_FOR_PRODUCTION: Finding = {
  subject: 'Production',
  verdict: 'ok',
  sentence: 'these settings start with TMWS_ENVIRONMENT=production',
}

/** Lists every reason why a server would not start in production. */
export function reportProduction(problems: readonly string[]): number {
  const lines = problems.map((sentence) => lineOf({ subject: 'Production', verdict: 'wrong', sentence }))
  process.stdout.write(`TMWS ${VERSION} doctor\n${lines.join('\n')}\n${problems.length} to mend before production.\n`)
  return 1
}

function lineOf({ subject, verdict, sentence }: Finding): string {
  const mark = { ok: 'ok   ', note: 'note ', wrong: 'WRONG' }[verdict]
  return `  ${mark}  ${subject.padEnd(12)} ${sentence}`
}

function checkNode(): Finding {
  const sentence = `Node ${process.versions.node}`
  return isSupportedNode(process.versions)
    ? { subject: 'Runtime', verdict: 'ok', sentence }
    : { subject: 'Runtime', verdict: 'wrong', sentence: `${sentence}; install 22.14 or newer` }
}

function checkDataFolder({ dataDir }: ServerConfig): Finding {
  if (!existsSync(dataDir))
    return { subject: 'Data folder', verdict: 'note', sentence: `${dataDir} is not there yet; the first start makes it` }
  try {
    accessSync(dataDir, constants.R_OK | constants.W_OK)
    return { subject: 'Data folder', verdict: 'ok', sentence: dataDir }
  } catch {
    return {
      subject: 'Data folder',
      verdict: 'wrong',
      sentence: `${dataDir} cannot be written; change its owner or mode, or use --data-dir`,
    }
  }
}

/** Silent on Windows, where a user's own folders are private by their rights. */
function checkFileModes(config: ServerConfig): Finding[] {
  // The next start mends modes by itself; another owner only a person can.
  return looseEntries(config).map((entry): Finding => ({
    subject: 'File modes',
    verdict: entry.problem === 'owner' ? 'wrong' : 'note',
    sentence: describeLoose(entry),
  }))
}

async function checkDatabase(config: ServerConfig): Promise<Finding> {
  const { database } = config
  const subject = 'Database'
  if (database.provider === 'volatile') return { subject, verdict: 'note', sentence: 'volatile: nothing is kept' }
  if (database.provider === 'postgres') return checkPostgres(config)
  if (!existsSync(database.file))
    return { subject, verdict: 'note', sentence: `${database.file} is not there yet; the first start makes it` }
  try {
    const problems = await inspectDatabase(database.file, database.key)
    if (problems.length === 0)
      return { subject, verdict: 'ok', sentence: `${database.file} is sound${database.key === undefined ? '' : ', and encrypted'}` }
    return {
      subject,
      verdict: 'wrong',
      sentence: `${database.file}: ${problems.slice(0, 3).join('; ')}. Stop the server and put back a backup`,
    }
  } catch (error) {
    return { subject, verdict: 'wrong', sentence: messageOf(error) }
  }
}

async function checkRedis({ redis }: ServerConfig): Promise<Finding[]> {
  if (!redis) return []
  const subject = 'Redis'
  try {
    return [{ subject, verdict: 'ok', sentence: `version ${await probeRedis(redis, silentLog)} answers` }]
  } catch (error) {
    return [{ subject, verdict: 'wrong', sentence: messageOf(error) }]
  }
}

async function checkPostgres(config: ServerConfig): Promise<Finding> {
  const subject = 'Database'
  const place = describeDatabase(config.database) ?? ''
  const options = storeOptions(config, silentLog)
  if (options.provider !== 'postgres') throw new Error('Only asked for Postgres.')
  try {
    const problems = await inspectPostgres(options)
    if (problems === undefined)
      return { subject, verdict: 'note', sentence: `${place} has no tables of ours yet; the first start makes them` }
    if (problems.length === 0) return { subject, verdict: 'ok', sentence: `${place} is sound` }
    return {
      subject,
      verdict: 'wrong',
      sentence: `${place}: ${problems.slice(0, 3).join('; ')}. Put back a backup, or ask for help with this line`,
    }
  } catch (error) {
    return { subject, verdict: 'wrong', sentence: `${place}: ${messageOf(error)}` }
  }
}

function checkDiscovery({ runtimeFile }: ServerConfig): Finding {
  const subject = 'Discovery'
  const file = readRuntimeFile(runtimeFile)
  if (!file)
    return {
      subject,
      verdict: 'note',
      sentence: existsSync(runtimeFile) ? `${runtimeFile} cannot be read and is ignored` : `${runtimeFile} is not there; no server runs`,
    }
  if (!file.isAlive) return { subject, verdict: 'note', sentence: `${runtimeFile} is left from a server that has ended, and is ignored` }
  return { subject, verdict: 'ok', sentence: `${runtimeFile} names ${file.api_url} (process ${file.pid})` }
}

async function findRunning({ dataDir, runtimeFile }: ServerConfig): Promise<{ isRunning: boolean; finding: Finding; model: Finding[] }> {
  const file = readRuntimeFile(dataPaths(dataDir).ownerFile) ?? readRuntimeFile(runtimeFile)
  const subject = 'Server'
  if (!file?.isAlive)
    return { isRunning: false, model: [], finding: { subject, verdict: 'note', sentence: 'does not run; start it with tmws --server' } }
  try {
    const response = await fetch(`${file.api_url}/health`, { signal: AbortSignal.timeout(ANSWER_BUDGET_MS) })
    const { status, version, checks } = (await response.json()) as {
      status: string
      version: string
      checks: Record<string, { message?: string } & Record<string, unknown>>
    } // our own server's answer
    const messages = Object.values(checks).flatMap((check) => check.message ?? [])
    const verdict = status === 'healthy' ? 'ok' : status === 'degraded' ? 'note' : 'wrong'
    return {
      isRunning: true,
      model: describeUse(checks['embedding']),
      finding: { subject, verdict, sentence: [`${version} at ${file.api_url} is ${status}`, ...messages].join('. ') },
    }
  } catch (error) {
    return {
      isRunning: true,
      model: [],
      finding: {
        subject,
        verdict: 'wrong',
        sentence: `process ${file.pid} does not answer at ${file.api_url} (${messageOf(error)}); end it and start again`,
      },
    }
  }
}

async function checkPorts({ api, ws }: ServerConfig): Promise<Finding[]> {
  const wanted = [{ ...api, flag: '--api-port' }, ...(ws.enabled ? [{ ...ws, flag: '--ws-port' }] : [])]
  return Promise.all(
    wanted.map(async ({ host, port, flag }): Promise<Finding> => {
      const subject = 'Port'
      if (port === 0) return { subject, verdict: 'ok', sentence: `a free one on ${host} (${flag} 0)` }
      const problem = await tryPort(host, port)
      if (problem === undefined) return { subject, verdict: 'ok', sentence: `${host}:${port} is free` }
      return {
        subject,
        verdict: 'wrong',
        sentence: `${host}:${port} cannot be had (${problem}); stop what uses it, or choose another with ${flag}`,
      }
    }),
  )
}

function tryPort(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    probe.listen(port, host, () => probe.close(() => resolve(undefined)))
  })
}

async function checkModel({ embedding }: ServerConfig): Promise<Finding> {
  const subject = 'Model'
  if (embedding.provider === 'off' || embedding.provider === 'hash')
    return { subject, verdict: 'note', sentence: `provider ${embedding.provider}: no model is needed` }
  // A download is for the server.
  const embedder = openEmbedder(embedderOptions({ embedding }, silentLog, false))
  try {
    const end = Date.now() + MODEL_BUDGET_MS
    while (embedder.state.status === 'loading' && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20))
    const { state } = embedder
    if (state.status === 'ready') return { subject, verdict: 'ok', sentence: `${embedder.modelId} loads and works` }
    return { subject, verdict: 'wrong', sentence: state.status === 'failed' ? state.message : 'the model does not load' }
  } finally {
    await embedder.close()
  }
}

/** Which model a running server searches with, and how far a change of it is. */
function describeUse(check: Readonly<Record<string, unknown>> | undefined): Finding[] {
  if (typeof check?.['model'] !== 'string') return []
  const change = check['change'] as { to: string; phase: string; done: number; total: number } | undefined // our own server's answer
  const where =
    change?.phase === 'indexing'
      ? 'the index of the new vectors is being built'
      : `${change?.done} of ${change?.total} memories are embedded anew`
  const towards = change ? `; changes to ${change.to}, ${where}` : ''
  return [{ subject: 'Vectors', verdict: change ? 'note' : 'ok', sentence: `searches use ${check['model']}${towards}` }]
}

function checkBuilt(): Finding {
  const subject = 'Dashboard'
  const isBuilt = existsSync(`${INSTALLED.dashboardFolder}/index.html`)
  return isBuilt
    ? { subject, verdict: 'ok', sentence: 'is built' }
    : { subject, verdict: 'wrong', sentence: 'is not built; run npm run build' }
}

function describeProfiles({ toolProfile }: ServerConfig): Finding {
  const costs = profileCosts().map(({ profile, tools, aboutTokens }) => `${profile} ${tools} tools, about ${aboutTokens} tokens`)
  return { subject: 'Tool profile', verdict: 'ok', sentence: `${toolProfile} is in use (${costs.join('; ')})` }
}
