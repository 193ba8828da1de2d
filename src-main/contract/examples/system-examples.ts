import type { ExampleTable, RefusedExample } from './tool-example.ts'

/** What takes no arguments refuses any, so that a caller learns that its wish was not heard. */
const UNKNOWN_FIELD: RefusedExample = {
  title: 'An argument that it does not take',
  input: { verbose: true },
  code: 'invalid_request',
  says: 'Unknown field "verbose". It takes no fields.',
}

export const SYSTEM_EXAMPLES = {
  health_check: { valid: [{ title: 'Every part', input: {} }], refused: [UNKNOWN_FIELD] },
  get_system_stats: { valid: [{ title: 'All counts', input: {} }], refused: [UNKNOWN_FIELD] },
  get_session_statistics: { valid: [{ title: 'Your own connection', input: {} }], refused: [UNKNOWN_FIELD] },
  list_sessions: { valid: [{ title: 'Live connections', input: {} }], refused: [UNKNOWN_FIELD] },
} satisfies Partial<ExampleTable>
