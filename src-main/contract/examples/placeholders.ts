import type { ToolName } from '../tools.ts'

/** A word in an example that stands for something a server has, or has not. */
export interface Placeholder {
  readonly means: string
  /** What a document shows in its place. */
  readonly shows: string
  /**
   * How to get it: the call that makes such a thing and where its answer holds the value, `unused` for a name that nobody has
   * taken, or `connection` for a WebSocket that is opened. Without it the value shown is the one to send.
   */
  readonly from?:
    | 'unused'
    | 'connection'
    | { readonly tool: ToolName; readonly input: Readonly<Record<string, unknown>>; readonly answer: string; readonly by?: 'owner' }
}

/** Every word that an example may use. A test makes each anew for each example, with the caller that sends it. */
export const PLACEHOLDERS = {
  $missing_id: { means: 'A well-formed id of nothing.', shows: '0199c2f4-0000-7000-8000-000000000000' },
  $new_name: { means: 'A name that is not taken.', shows: 'release-scout', from: 'unused' },
  $memory_id: {
    means: 'A memory of the caller, as it was stored.',
    shows: '0199c2f4-7a31-7c58-9d0e-5b1f6a2c8e43',
    from: { tool: 'store_memory', input: { content: 'The staging key is rotated on Mondays ($new_name).' }, answer: 'memory.id' },
  },
  $other_memory_id: {
    means: 'Another memory of the caller.',
    shows: '0199c2f5-10b2-7e04-8f3a-c9d27b615f08',
    from: { tool: 'store_memory', input: { content: 'The backup tool fails on Postgres 16 ($new_name).' }, answer: 'memory.id' },
  },
  $edited_memory_id: {
    means: 'A memory of the caller that was changed once: its version is 2.',
    shows: '0199c2f6-4d8e-7193-a6b5-0e72f3d49c15',
    from: { tool: 'update_memory', input: { memory_id: '$memory_id', importance: 0.9 }, answer: 'memory.id' },
  },
  $deleted_memory_id: {
    means: 'A memory of the caller that is in the trash.',
    shows: '0199c2f7-95c0-7a6f-b1d8-3f60e82a47b9',
    from: { tool: 'delete_memory', input: { memory_id: '$memory_id' }, answer: 'memory_id' },
  },
  $agent_id: {
    means: 'A registered agent of the caller’s namespace, not the caller.',
    shows: 'researcher',
    from: { tool: 'register_agent', input: { agent_id: '$new_name' }, answer: 'agent.agent_id' },
  },
  $task_id: {
    means: 'A task that the caller made and nobody has started.',
    shows: '0199c2f8-2b4f-7d31-9e07-8a15c6f3d260',
    from: { tool: 'manage_task', input: { operation: 'create', title: 'Write the release notes' }, answer: 'task.id' },
  },
  $started_task_id: {
    means: 'A task that the caller made and works on.',
    shows: '0199c2f9-6e1a-7085-83cd-f4b92d7e5a36',
    from: { tool: 'manage_task', input: { operation: 'update', task_id: '$task_id', status: 'in_progress' }, answer: 'task.id' },
  },
  $workflow_id: {
    means: 'A workflow that the caller made, as it was made.',
    shows: '0199c2fa-31d7-7b94-a2e6-90c8d5f4173b',
    from: {
      tool: 'manage_workflow',
      input: { operation: 'create', name: '$new_name', steps: [{ id: 'look', tool: 'list_memories', arguments: { limit: 1 } }] },
      answer: 'workflow.id',
    },
  },
  $token_id: {
    means: 'A token that the person at the machine made.',
    shows: '0199c2fd-5b60-7e19-a4c7-d2083f95b6ea',
    from: { tool: 'create_token', input: { name: 'Release scout', agent_id: '$new_name' }, answer: 'token.id', by: 'owner' },
  },
  $session_id: { means: 'A live connection of the caller.', shows: '0199c2fc-17e5-7a02-8d4b-c35f9e60b7a1', from: 'connection' },
  $execution_id: {
    means: 'A run that the caller started.',
    shows: '0199c2fb-84a0-7c2d-b971-6e3f02a8d5c4',
    from: { tool: 'execute_workflow', input: { workflow_id: '$workflow_id', wait: false }, answer: 'execution.id' },
  },
} as const satisfies Readonly<Record<`$${string}`, Placeholder>>

export type PlaceholderName = keyof typeof PLACEHOLDERS

export function isPlaceholderName(name: string): name is PlaceholderName {
  return Object.hasOwn(PLACEHOLDERS, name)
}

/** Every word of a text that looks like a placeholder. */
export const PLACEHOLDER_WORD = /\$[a-z_]+/g

/** A JSON value as documents show it. Throws on a word that is no placeholder. */
export function showPlaceholders<T>(value: T): T {
  const text = JSON.stringify(value).replace(PLACEHOLDER_WORD, (word) => {
    if (!isPlaceholderName(word)) throw new Error(`${word} is not in PLACEHOLDERS.`)
    return PLACEHOLDERS[word].shows
  })
  return JSON.parse(text) as T // only texts within it changed
}
