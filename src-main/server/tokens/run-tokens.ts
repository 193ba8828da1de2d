import { AppError } from '../../base/errors.ts'
import { readTokenFile, removeTokenFile, writeTokenFile } from '../../base/token-files.ts'
import type { ServerConfig } from '../../config/config.ts'
import { tokenScopesSchema } from '../../contract/token.ts'
import type { IssuedToken, Token } from '../../contract/token.ts'
import { openTokenDesk } from './token-desk.ts'
import type { TokenDesk } from './token-desk.ts'
import { secondsOf } from './token-times.ts'

export interface CreateFlags {
  readonly agent: string
  readonly name?: string
  readonly namespace?: readonly string[]
  readonly scope?: readonly string[]
  readonly expires?: string
  readonly save?: boolean
  readonly json?: boolean
}

export interface ListFlags {
  readonly agent?: string
  readonly all?: boolean
  readonly json?: boolean
}

export interface RotateFlags {
  readonly grace?: string
  readonly json?: boolean
}

/** Prints a table of tokens, without secrets. */
export function runListTokens(config: ServerConfig, { agent, all = false, json = false }: ListFlags): Promise<number> {
  return atDesk(config, async (desk) => {
    const tokens = await listAll(desk, { only_active: !all, ...(agent !== undefined && { agent_id: agent }) })
    if (json) say(JSON.stringify(tokens, null, 2))
    else if (tokens.length === 0) say('There are no tokens. Make one with: tmws tokens create --agent NAME')
    else for (const token of tokens) say(lineOf(token))
  })
}

/** Prints the secret once; with `save`, keeps it where the bridge of the agent finds it instead. */
export function runCreateToken(config: ServerConfig, flags: CreateFlags): Promise<number> {
  return atDesk(config, async (desk) => {
    const expires = flags.expires === undefined ? undefined : secondsOf(flags.expires, '--expires')
    const issued = await desk.create({
      name: flags.name ?? flags.agent,
      agent_id: flags.agent,
      ...(flags.namespace && { namespaces: [...flags.namespace] }),
      ...(flags.scope && { scopes: scopesOf(flags.scope) }),
      ...(expires !== undefined && { expires_in_seconds: expires }),
    })
    if (flags.save === true) saved(config, issued)
    else shown(issued, flags.json)
  })
}

/** A token that this machine keeps for its bridge is replaced there too. */
export function runRotateToken(config: ServerConfig, id: string, { grace, json }: RotateFlags): Promise<number> {
  return atDesk(config, async (desk) => {
    const issued = await desk.rotate({ token_id: id, ...(grace !== undefined && { grace_seconds: secondsOf(grace, '--grace') }) })
    if (readTokenFile(config.runtimeFile, issued.token.agent_id)?.token_id === id) saved(config, issued)
    else shown(issued, json)
  })
}

export function runRevokeToken(config: ServerConfig, id: string): Promise<number> {
  return atDesk(config, async (desk) => {
    const token = await desk.revoke(id)
    if (readTokenFile(config.runtimeFile, token.agent_id)?.token_id === id) removeTokenFile(config.runtimeFile, token.agent_id)
    say(`The token ${id} (${token.name}, agent ${token.agent_id}) works no more.`)
  })
}

async function atDesk(config: ServerConfig, work: (desk: TokenDesk) => Promise<void>): Promise<number> {
  const desk = await openTokenDesk(config)
  try {
    await work(desk)
    if (!config.auth.enabled) process.stderr.write('Sign-in is off here (TMWS_AUTH_ENABLED): tokens count once it is on.\n')
    return 0
  } finally {
    await desk.close()
  }
}

async function listAll(desk: TokenDesk, input: Parameters<TokenDesk['list']>[0]): Promise<Token[]> {
  const tokens: Token[] = []
  for (let cursor: string | undefined; ;) {
    const page = await desk.list({ ...input, limit: 100, ...(cursor !== undefined && { cursor }) })
    tokens.push(...page.tokens)
    cursor = page.next_cursor
    if (cursor === undefined) return tokens
  }
}

function saved(config: ServerConfig, { token, secret }: IssuedToken): void {
  const path = writeTokenFile(config.runtimeFile, { token_id: token.id, agent_id: token.agent_id, token: secret })
  say(`The token ${token.id} of ${token.agent_id} is in ${path}, where its bridge finds it.`)
}

function shown(issued: IssuedToken, json = false): void {
  if (json) {
    say(JSON.stringify(issued, null, 2))
    return
  }
  process.stderr.write(`${lineOf(issued.token)}\nThe secret, shown this once:\n`)
  say(issued.secret)
}

function lineOf({ id, name, agent_id: agent, namespaces, scopes, status, hint, expires_at: expires, last_used_at: used }: Token): string {
  const facts = [
    `${agent} in ${namespaces.join(', ')}`,
    scopes.join('+'),
    status,
    ...(expires === undefined ? [] : [`until ${expires}`]),
    used === undefined ? 'unused' : `used ${used}`,
  ]
  return `${id}  ${hint}…  ${name}: ${facts.join('; ')}`
}

function scopesOf(words: readonly string[]) {
  const result = tokenScopesSchema.safeParse(words)
  if (result.success) return result.data
  throw new AppError('invalid_request', `--scope is "${words.join(', ')}", but must be read, write or admin.`)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
