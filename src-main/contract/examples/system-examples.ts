import type { ExampleTable, RefusedExample } from './tool-example.ts'

/** What takes no arguments refuses any, so that a caller learns that its wish was not heard. */
const UNKNOWN_FIELD: RefusedExample = {
  title: 'An argument that it does not take',
  input: { verbose: true },
  code: 'invalid_request',
  says: 'Unknown field "verbose". It takes no fields.',
}

const NO_SESSION: RefusedExample = {
  title: 'A session that is not there',
  input: { session_id: '$missing_id' },
  code: 'not_found',
  says: 'There is no session $missing_id, or you may not see it.',
}

const FOR_OWNER: RefusedExample = {
  title: 'As an agent that is no admin',
  input: {},
  code: 'forbidden',
  says: 'is for the person at the machine and admins only.',
}

const BAD_LIMIT: RefusedExample = {
  title: 'More than a page',
  input: {},
  code: 'invalid_request',
  says: 'limit must be 100 or less',
  by: 'owner',
}

export const SYSTEM_EXAMPLES = {
  health_check: { valid: [{ title: 'Every part', input: {} }], refused: [UNKNOWN_FIELD] },
  get_system_stats: { valid: [{ title: 'All counts', input: {} }], refused: [UNKNOWN_FIELD] },
  get_session_statistics: { valid: [{ title: 'Your own connection', input: {} }], refused: [UNKNOWN_FIELD] },
  list_sessions: { valid: [{ title: 'Live connections', input: {} }], refused: [UNKNOWN_FIELD] },
  get_session: {
    valid: [{ title: 'One of your connections', input: { session_id: '$session_id' } }],
    refused: [NO_SESSION],
  },
  disconnect_session: {
    valid: [{ title: 'With a reason', input: { session_id: '$session_id', reason: 'It floods the others.' }, by: 'owner' }],
    refused: [NO_SESSION],
  },
  list_audit: {
    valid: [
      { title: 'The newest entries', input: { limit: 20 }, by: 'owner' },
      { title: 'What was refused since yesterday', input: { outcome: 'denied', since: 'yesterday' }, by: 'owner' },
      { title: 'What was done to a memory', input: { object_id: '$memory_id' }, by: 'owner' },
    ],
    refused: [FOR_OWNER, { ...BAD_LIMIT, input: { limit: 101 } }],
  },
  verify_audit: {
    valid: [
      { title: 'The whole chain', input: {}, by: 'owner' },
      {
        title: 'Against a head that was kept elsewhere',
        input: { expect_head: '5f1c0b7a9d3e4c2186f0a4be7d9152c3e8f6071b2a4d5c9e3b8f7a6012d4c5e9' },
        by: 'owner',
      },
    ],
    refused: [{ ...FOR_OWNER, title: 'As an agent' }],
  },
} satisfies Partial<ExampleTable>
