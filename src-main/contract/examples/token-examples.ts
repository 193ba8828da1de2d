import type { ExampleTable, RefusedExample } from './tool-example.ts'

const NO_TOKEN: RefusedExample = {
  title: 'A token that is not there',
  input: { token_id: '$missing_id' },
  code: 'not_found',
  says: 'There is no token $missing_id, or you may not see it.',
  by: 'owner',
}

/** What every agent hears that is no admin. */
const NO_ADMIN: RefusedExample = {
  title: 'By an agent that is no admin',
  input: { token_id: '$missing_id' },
  code: 'forbidden',
  says: 'is for the person at the machine and admins only.',
}

export const TOKEN_EXAMPLES = {
  list_tokens: {
    valid: [
      { title: 'The newest', input: { limit: 20 }, by: 'owner' },
      { title: 'Those of an agent that still work', input: { agent_id: 'claude-desktop', only_active: true }, by: 'owner' },
    ],
    refused: [{ ...NO_ADMIN, input: {} }],
  },
  get_token: { valid: [{ title: 'One of them', input: { token_id: '$token_id' }, by: 'owner' }], refused: [NO_TOKEN, NO_ADMIN] },
  create_token: {
    valid: [
      { title: 'For a client that reads and writes', input: { name: 'Claude Desktop', agent_id: 'claude-desktop' }, by: 'owner' },
      {
        title: 'For a monitor that only reads, for a week',
        input: { name: 'Monitor', agent_id: 'monitor', scopes: ['read'], expires_in_seconds: 604_800 },
        by: 'owner',
      },
      {
        title: 'For an agent of two projects',
        input: { name: 'CI', agent_id: 'ci', namespaces: ['billing', 'search'], scopes: ['read', 'write'] },
        by: 'owner',
      },
    ],
    refused: [
      {
        title: 'For an agent that nobody may be',
        input: { name: 'Me', agent_id: 'owner' },
        code: 'forbidden',
        says: 'The agent id "owner" is reserved',
        by: 'owner',
      },
      {
        title: 'A scope that is not there',
        input: { name: 'Odd', agent_id: 'odd', scopes: ['delete'] },
        code: 'invalid_request',
        says: 'scopes[0] is not valid: expected one of',
        by: 'owner',
      },
      { ...NO_ADMIN, input: { name: 'Mine', agent_id: 'me', scopes: ['admin'] } },
    ],
  },
  rotate_token: {
    valid: [
      { title: 'At once', input: { token_id: '$token_id' }, by: 'owner' },
      { title: 'With an hour to move over', input: { token_id: '$token_id', grace_seconds: 3600 }, by: 'owner' },
    ],
    refused: [NO_TOKEN, NO_ADMIN],
  },
  revoke_token: { valid: [{ title: 'For good', input: { token_id: '$token_id' }, by: 'owner' }], refused: [NO_TOKEN, NO_ADMIN] },
} satisfies Partial<ExampleTable>
