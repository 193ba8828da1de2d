import type { ExampleTable } from './tool-example.ts'

export const AGENT_EXAMPLES = {
  register_agent: {
    valid: [
      { title: 'An id alone', input: { agent_id: '$new_name' } },
      {
        title: 'A role with capabilities and defaults',
        input: {
          agent_id: '$new_name',
          display_name: 'Release scout',
          capabilities: ['search', 'summarise'],
          access_level: 'team',
          metadata: { team: 'billing' },
        },
      },
      {
        title: 'Capabilities with values',
        input: { agent_id: '$new_name', capabilities: { languages: ['en', 'ja'], can_deploy: false } },
      },
    ],
    refused: [
      { title: 'No id', input: {}, code: 'invalid_request', says: 'agent_id is required.' },
      {
        title: 'An id with spaces',
        input: { agent_id: 'release scout' },
        code: 'invalid_request',
        says: 'agent_id must start with a letter or digit and hold only letters, digits and . _ : @ / - (got "release scout").',
      },
      { title: 'An id that is registered', input: { agent_id: '$agent_id' }, code: 'conflict', says: '"$agent_id"' },
      { title: 'The person’s id', input: { agent_id: 'owner' }, code: 'forbidden', says: 'The agent id "owner" is reserved' },
      {
        title: 'Another namespace',
        input: { agent_id: '$new_name', namespace: 'elsewhere' },
        code: 'forbidden',
        says: 'Only an admin registers agents in another namespace',
      },
    ],
  },
  switch_agent: {
    valid: [{ title: 'A registered agent', input: { agent_id: '$agent_id' } }],
    refused: [
      {
        title: 'An agent that nobody registered',
        input: { agent_id: '$new_name' },
        code: 'not_found',
        says: 'There is no registered agent "$new_name" that you could be.',
      },
      { title: 'No agent', input: {}, code: 'invalid_request', says: 'agent_id is required.' },
    ],
  },
  get_current_agent: {
    valid: [{ title: 'Who this connection acts as', input: {} }],
    refused: [{ title: 'An agent id', input: { agent_id: '$agent_id' }, code: 'invalid_request', says: 'Unknown field "agent_id".' }],
  },
  get_agent_info: {
    valid: [
      { title: 'Yourself', input: {} },
      { title: 'Another agent', input: { agent_id: '$agent_id' } },
    ],
    refused: [
      {
        title: 'An agent that nobody has seen',
        input: { agent_id: '$new_name' },
        code: 'not_found',
        says: 'There is no agent $new_name, or you may not see it.',
      },
      {
        title: 'An id that is none',
        input: { agent_id: '*' },
        code: 'invalid_request',
        says: 'agent_id must start with a letter or digit',
      },
    ],
  },
  list_agents: {
    valid: [
      { title: 'The first page', input: {} },
      { title: 'The first few', input: { limit: 5 } },
    ],
    refused: [
      { title: 'A page too large', input: { limit: 101 }, code: 'invalid_request', says: 'limit must be 100 or less (got 101).' },
      { title: 'A cursor that nobody gave', input: { cursor: 'page-2' }, code: 'invalid_request', says: 'cursor is not `next_cursor`' },
    ],
  },
} satisfies Partial<ExampleTable>
