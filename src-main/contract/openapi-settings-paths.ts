import { z } from 'zod'
import { errorResponses } from './openapi-errors.ts'
import { about, json } from './openapi-moving-paths.ts'
import { API_PREFIX } from './protocol.ts'
import { settingsChangeSchema, settingsReportSchema } from './settings.ts'

/** Settings of the server. Only the person at the machine may ask for them. */
export function settingsPaths(): Record<string, unknown> {
  const report = (description: string) => ({ responses: { '200': json(description, settingsReportSchema), ...errorResponses() } })
  const { $schema: _dialect, ...change } = z.toJSONSchema(settingsChangeSchema, { io: 'input' })
  return {
    [`${API_PREFIX}/settings`]: {
      get: {
        ...about('get_settings', 'Settings, and where each comes from', 'Secrets only as set or not set.'),
        ...report('They are these.'),
      },
      patch: {
        ...about(
          'change_settings',
          'Change settings',
          'Judged by the rules of a start, then written into the settings file: all of it or nothing. What can count at once does; the answer says what waits for a restart.',
        ),
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: change,
              examples: {
                'keep-the-trash-longer': { summary: 'Keep the trash for two months', value: { changes: { trash_days: 60 } } },
                'back-to-the-default': { summary: 'Back to the default', value: { changes: { trash_days: null } } },
              },
            },
          },
        },
        ...report('They are these now.'),
      },
    },
  }
}
