import type { ToolInput } from '../tools.ts'
import type { ExampleTable, RefusedExample, ToolExamples } from './tool-example.ts'

const ID_IS_NONE: RefusedExample = {
  title: 'An id that is none',
  input: { memory_id: '42' },
  code: 'invalid_request',
  says: 'memory_id must be a UUID in lower case, as `id` of a stored memory (got "42").',
}
const NOT_THERE: RefusedExample = {
  title: 'A memory that is not there',
  input: { memory_id: '$missing_id' },
  code: 'not_found',
  says: 'There is no memory $missing_id, or you may not see it.',
}

const SEARCHING: ToolExamples<ToolInput<'semantic_search'>> = {
  valid: [
    { title: 'A question', input: { query: 'why did we stay on the old database version?', limit: 5 } },
    {
      title: 'Words, with every filter',
      input: {
        query: 'postgres upgrade',
        mode: 'keyword',
        limit: 20,
        min_score: 0.1,
        min_importance: 0.3,
        tags: ['decision', 'postgres'],
        tag_match: 'all',
        agent_id: '$agent_id',
        namespace: 'default',
        since: 'last month',
        until: '2099-01-01T00:00:00.000Z',
        include_shared: true,
        include_superseded: true,
      },
    },
  ],
  refused: [
    { title: 'No question', input: { limit: 5 }, code: 'invalid_request', says: 'query is required.' },
    {
      title: 'A way of searching that is none',
      input: { query: 'postgres', mode: 'magic' },
      code: 'invalid_request',
      says: 'mode is not valid: expected one of "hybrid"|"vector"|"keyword" (got "magic").',
    },
    {
      title: 'A time span that ends before it begins',
      input: { query: 'postgres', since: '2026-11-20T00:00:00.000Z', until: '2026-11-19T00:00:00.000Z' },
      code: 'invalid_request',
      says: 'since must not be later than until',
    },
  ],
}

export const MEMORY_READ_EXAMPLES = {
  semantic_search: SEARCHING,
  search_memories: SEARCHING,
  recall_memory: {
    valid: [
      { title: 'One memory', input: { memory_id: '$memory_id' } },
      { title: 'What matters most for a question', input: { query: 'what is Marta working on', limit: 3, since: 'last week' } },
    ],
    refused: [
      {
        title: 'Neither id nor question',
        input: {},
        code: 'invalid_request',
        says: 'recall_memory needs either memory_id or query, and not both.',
      },
      {
        title: 'Both id and question',
        input: { memory_id: '$memory_id', query: 'Marta' },
        code: 'invalid_request',
        says: 'recall_memory needs either memory_id or query, and not both.',
      },
      NOT_THERE,
    ],
  },
  list_memories: {
    valid: [
      { title: 'The newest', input: {} },
      { title: 'Decisions of the last month', input: { tags: ['decision'], since: 'last month', limit: 20 } },
      { title: 'What weighs most of what is pinned for the team', input: { pinned: true, access_level: 'team', sort: 'importance' } },
      { title: 'The trash', input: { trash: true } },
    ],
    refused: [
      { title: 'An empty page', input: { limit: 0 }, code: 'invalid_request', says: 'limit must be 1 or more (got 0).' },
      {
        title: 'An order that is none',
        input: { sort: 'random' },
        code: 'invalid_request',
        says: 'sort is not valid: expected one of "newest"',
      },
      {
        title: 'A cursor that nobody gave',
        input: { cursor: 'page-2' },
        code: 'invalid_request',
        says: 'cursor is not `next_cursor` of this list',
      },
    ],
  },
  get_memory_history: {
    valid: [
      { title: 'Every change', input: { memory_id: '$edited_memory_id' } },
      { title: 'The last change', input: { memory_id: '$edited_memory_id', limit: 1 } },
    ],
    refused: [ID_IS_NONE, NOT_THERE],
  },
  get_memory_links: { valid: [{ title: 'Both ways', input: { memory_id: '$memory_id' } }], refused: [ID_IS_NONE, NOT_THERE] },
  list_tags: {
    valid: [
      { title: 'All', input: {} },
      { title: 'The most used', input: { limit: 5 } },
    ],
    refused: [{ title: 'None', input: { limit: 0 }, code: 'invalid_request', says: 'limit must be 1 or more (got 0).' }],
  },
} satisfies Partial<ExampleTable>
