import { z } from 'zod'
import { agentIdSchema, instantSchema, namespaceSchema } from './fields.ts'
import { RESERVED_AGENT_IDS } from './protocol.ts'

/** Programs that can be wired to TMWS. See resources/docs/connect.md. */
export const CLIENT_IDS = ['claude-desktop', 'claude-code', 'cursor', 'vscode', 'windsurf', 'zed', 'codex', 'gemini-cli'] as const
export const clientIdSchema = z.enum(CLIENT_IDS)
export type ClientId = z.infer<typeof clientIdSchema>

/** Name of our entry in every client's configuration. */
export const ENTRY_NAME = 'tmws'

/**
 * `absent`: the client is not on this machine. `none`: no entry of ours. `connected`: the entry is what it should be. `drifted`: it is ours
 * and no longer right (see `drift`). `foreign`: something else stands under our name. `unusable`: the file cannot be read, so it is left alone.
 */
export const connectionStateSchema = z.enum(['absent', 'none', 'connected', 'drifted', 'foreign', 'unusable'])
export type ConnectionState = z.infer<typeof connectionStateSchema>

/**
 * `missing`: it was written and is gone. `changed`: edited by hand. `moved`: it starts a program that is no longer there. `outdated`: this
 * version, place or setting of TMWS asks for another one.
 */
export const driftSchema = z.enum(['missing', 'changed', 'moved', 'outdated'])
export type Drift = z.infer<typeof driftSchema>

export const clientPlaceSchema = z.object({
  /** Absolute path of the configuration. */
  file: z.string(),
  /** Which program or edition reads it. */
  product: z.string(),
  state: connectionStateSchema,
  drift: driftSchema.optional(),
  /** One sentence about what is in the way. */
  problem: z.string().optional(),
  /** Where in the file, from 1. */
  line: z.number().int().optional(),
  column: z.number().int().optional(),
})
export type ClientPlace = z.infer<typeof clientPlaceSchema>

export const clientStatusSchema = z.object({
  id: clientIdSchema,
  title: z.string(),
  state: connectionStateSchema,
  drift: driftSchema.optional(),
  places: z.array(clientPlaceSchema),
  /** Whether TMWS edits the file itself, or has the client's own command do it. */
  way: z.enum(['file', 'command']),
  /** How the client could reach a server besides starting a program. */
  also_takes: z.array(z.enum(['http', 'sse', 'ws'])),
  /** What to do so that the client sees a change. */
  restart: z.string(),
  /** Whether a `.mcpb` bundle can be had for it. */
  has_bundle: z.boolean(),
  agent_id: z.string().optional(),
  namespace: z.string().optional(),
  connected_at: instantSchema.optional(),
})
export type ClientStatus = z.infer<typeof clientStatusSchema>

const launchSchema = z.object({ command: z.string(), args: z.array(z.string()), env: z.record(z.string(), z.string()) })

export const clientListSchema = z.object({
  clients: z.array(clientStatusSchema),
  /** What a program that is not in the list would start; `TMWS_AGENT_ID` in it is a sample. */
  stdio: launchSchema,
  /** Whether such a program also needs a token. */
  needs_token: z.boolean(),
})
export type ClientList = z.infer<typeof clientListSchema>

export const clientActionSchema = z.enum(['connect', 'repair', 'undo'])
export type ClientAction = z.infer<typeof clientActionSchema>

export const fileChangeSchema = z.object({
  file: z.string(),
  kind: z.enum(['create', 'edit', 'delete', 'command']),
  /** Unified diff. Values that look like secrets are masked: ours hold none, and those of others are nobody's business here. */
  diff: z.string(),
  /** Whether a dated copy of the file is left beside it. */
  backup: z.boolean(),
})
export type FileChange = z.infer<typeof fileChangeSchema>

export const clientPreviewSchema = z.object({
  client: clientIdSchema,
  action: clientActionSchema,
  /** Stands for this very change: to be sent with it. It is no longer accepted when a file has changed meanwhile. */
  hash: z.string(),
  /** Empty when there is nothing to do. */
  changes: z.array(fileChangeSchema),
  /** Commands that are run, as lists of arguments, never through a shell. */
  commands: z.array(z.array(z.string())),
  /** What the client will start, whole; absent when the entry goes. */
  starts: launchSchema.optional(),
  warnings: z.array(z.string()),
  restart: z.string(),
})
export type ClientPreview = z.infer<typeof clientPreviewSchema>

export const clientOutcomeSchema = z.object({
  client: clientStatusSchema,
  changes: z.array(fileChangeSchema),
  backups: z.array(z.string()),
})
export type ClientOutcome = z.infer<typeof clientOutcomeSchema>

export const verifiedPlaceSchema = z.object({
  file: z.string(),
  works: z.boolean(),
  /** What is wrong and what to do. */
  problem: z.string().optional(),
  server: z.string().optional(),
  server_version: z.string().optional(),
  protocol_version: z.string().optional(),
  tools: z.number().int().optional(),
  agent_id: z.string().optional(),
  namespace: z.string().optional(),
  /** From the start of the program to the answer of `initialize`, in milliseconds. */
  start_ms: z.number().optional(),
  /** Of one tool call, in milliseconds. */
  call_ms: z.number().optional(),
})
export type VerifiedPlace = z.infer<typeof verifiedPlaceSchema>

export const verifyReportSchema = z.object({ client: clientIdSchema, works: z.boolean(), places: z.array(verifiedPlaceSchema) })
export type VerifyReport = z.infer<typeof verifyReportSchema>

const clientAgentIdSchema = agentIdSchema.refine(
  (id) => !RESERVED_AGENT_IDS.includes(id),
  `must not be ${RESERVED_AGENT_IDS.join(' or ')}, which are no agents`,
)

/** How a connection is to be. */
const connectionFields = {
  agent_id: clientAgentIdSchema.optional().describe('who the client is to TMWS; default the id of the client'),
  namespace: namespaceSchema.optional().describe('its namespace; default "default"'),
  force: z.boolean().default(false).describe('also over an entry of our name that TMWS did not write'),
}
const hashSchema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be the hash of a preview')
  .describe('hash of the preview that was seen')

export const previewQuerySchema = z.strictObject({
  action: clientActionSchema.default('connect').describe('what is to be done'),
  ...connectionFields,
})
export const connectBodySchema = z.strictObject({ hash: hashSchema, ...connectionFields })
export const changeBodySchema = z.strictObject({ hash: hashSchema.optional() })
export const connectionOptionsSchema = z.strictObject(connectionFields)
export type ConnectionOptions = z.infer<typeof connectionOptionsSchema>
