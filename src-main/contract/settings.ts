import { z } from 'zod'

/** Settings as the person sees and changes them. See resources/docs/settings.md. */

export const settingSectionSchema = z.enum([
  'place',
  'backups',
  'keeping',
  'model',
  'addresses',
  'sessions',
  'tools',
  'log',
  'sign_in',
  'rates',
  'pages',
  'records',
])
export type SettingSection = z.infer<typeof settingSectionSchema>

/** `at_once`: a change counts from now on. `restart`: from the next start of the server on. `fixed`: it cannot be changed from here. */
export const settingEffectSchema = z.enum(['at_once', 'restart', 'fixed'])
export type SettingEffect = z.infer<typeof settingEffectSchema>

/** Who decided the value, the first of these that says anything. `kept`: the secret store of the desktop app. */
export const settingSourceSchema = z.enum(['flag', 'environment', 'file', 'kept', 'default'])

const valueSchema = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])
export type SettingValue = z.infer<typeof valueSchema>

export const settingInfoSchema = z.object({
  key: z.string().describe('Name in the settings file.'),
  section: settingSectionSchema,
  env: z.string().describe('Name of its variable.'),
  flag: z.string().optional(),
  type: z.enum(['integer', 'number', 'choice', 'boolean', 'text', 'list', 'object']),
  allowed: z.string().describe('What it may be, in words.'),
  about: z.string().describe('What it does, in one line.'),
  unit: z.string().optional().describe('In the plural, such as seconds.'),
  min: z.number().optional(),
  max: z.number().optional(),
  options: z.array(z.string()).optional(),
  is_secret: z.boolean(),
  is_set: z.boolean().describe('Whether anything but the default decides.'),
  value: valueSchema.optional().describe('As it will be at the next start; absent when there is none, and of secrets always.'),
  running: valueSchema.optional().describe('What the server works with now, where that is another value.'),
  default: valueSchema.optional(),
  source: settingSourceSchema,
  locked: z.boolean().describe('Whether a flag or a variable decides, so that the settings file does not count.'),
  effect: settingEffectSchema,
  needs_restart: z.boolean().describe('Whether a change waits for the next start.'),
})
export type SettingInfo = z.infer<typeof settingInfoSchema>

export const settingsReportSchema = z.object({
  file: z.string().describe('The settings file, which may not be there yet.'),
  version: z.string().describe('Of the settings file: to be sent with a change.'),
  problem: z.string().optional().describe('Why the file cannot be used as it stands; the settings are those of the start then.'),
  warnings: z.array(z.string()).describe('What the settings say in vain, or should say otherwise.'),
  store: z
    .object({
      kind: z.enum(['sqlite', 'postgres', 'volatile']),
      where: z.string().optional().describe('A file, or host and name of a database.'),
      bytes: z.number().int().optional().describe('Of the file, with what is not yet merged into it.'),
      is_encrypted: z.boolean(),
    })
    .describe('Where memories are kept now.'),
  sign_in: z.boolean().describe('Whether agents need a token now.'),
  needs_restart: z.boolean().describe('Whether anything waits for the next start.'),
  settings: z.array(settingInfoSchema),
})
export type SettingsReport = z.infer<typeof settingsReportSchema>

export const settingsChangeSchema = z.strictObject({
  changes: z
    .record(z.string().max(64), z.union([valueSchema, z.null()]))
    .refine((changes) => Object.keys(changes).length > 0, 'must name at least one setting')
    .describe('New values by key; null takes the key out of the file, so that the default counts again.'),
  expected: z
    .string()
    .regex(/^([0-9a-f]{64}|none)$/, 'must be the version of a report')
    .optional()
    .describe('Version of the report that was seen; refused as a conflict when the file is another one by now.'),
})
export type SettingsChange = z.infer<typeof settingsChangeSchema>
