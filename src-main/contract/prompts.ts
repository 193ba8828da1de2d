/** Prompts a person can pick in an MCP client. Texts and behaviour are in session/mcp-prompts.ts. */
export interface PromptContract {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly arguments: readonly { readonly name: string; readonly description: string; readonly required: boolean }[]
}

export const PROMPTS = [
  {
    name: 'remember-session',
    title: 'Remember this session',
    description: 'Asks the model to store what of this conversation is worth knowing next week, one fact a memory.',
    arguments: [{ name: 'focus', description: 'What matters most, for example "decisions about billing".', required: false }],
  },
  {
    name: 'recall-context',
    title: 'Recall context',
    description: 'Brings what is remembered about a topic into the conversation.',
    arguments: [{ name: 'topic', description: 'What the conversation is about.', required: true }],
  },
  {
    name: 'review-memories',
    title: 'Review memories',
    description: 'Asks the model to look through memories with you: correct, merge, retire.',
    arguments: [{ name: 'tag', description: 'Only memories with this tag.', required: false }],
  },
] as const satisfies readonly PromptContract[]

export type PromptName = (typeof PROMPTS)[number]['name']
