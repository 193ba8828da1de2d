import type { ExampleTable } from './tool-example.ts'

export const TASK_EXAMPLES = {
  manage_task: {
    valid: [
      { title: 'Create: a title is enough', input: { operation: 'create', title: 'Write the release notes' } },
      {
        title: 'Create: for another agent, after another task',
        input: {
          operation: 'create',
          title: 'Publish the release',
          description: 'Tag it, then announce it in #releases.',
          type: 'release',
          priority: 'high',
          assigned_agent_id: 'publisher',
          dependencies: ['$task_id'],
          due_at: '2099-12-01T17:00:00.000Z',
          note: 'Wait for the notes.',
        },
      },
      { title: 'Get one', input: { operation: 'get', task_id: '$task_id' } },
      { title: 'Update: start and claim it', input: { operation: 'update', task_id: '$task_id', status: 'in_progress' } },
      {
        title: 'Update: report progress',
        input: { operation: 'update', task_id: '$started_task_id', progress: 60, note: 'Breaking changes are in.' },
      },
      {
        title: 'Update: only if nobody changed it since',
        input: { operation: 'update', task_id: '$task_id', priority: 'low', due_at: null, expected_version: 1 },
      },
      {
        title: 'Assign: hand it over',
        input: { operation: 'assign', task_id: '$started_task_id', assigned_agent_id: 'publisher', note: 'Yours from here.' },
      },
      {
        title: 'Complete: with a result',
        input: { operation: 'complete', task_id: '$started_task_id', result: { url: 'https://example.com/notes', words: 840 } },
      },
      { title: 'Fail: and say why', input: { operation: 'fail', task_id: '$started_task_id', error: 'The changelog is empty.' } },
      { title: 'Cancel', input: { operation: 'cancel', task_id: '$task_id', note: 'No release this week.' } },
      { title: 'Delete', input: { operation: 'delete', task_id: '$task_id' } },
    ],
    refused: [
      { title: 'Create without a title', input: { operation: 'create' }, code: 'invalid_request', says: 'title is required' },
      {
        title: 'Create with a word for a priority that is none',
        input: { operation: 'create', title: 'x', priority: 'urgent' },
        code: 'invalid_request',
        says: 'priority is not valid: expected one of "low"|"medium"|"high"|"critical" (got "urgent").',
      },
      {
        title: 'Get what is not there',
        input: { operation: 'get', task_id: '$missing_id' },
        code: 'not_found',
        says: 'There is no task $missing_id, or you may not see it.',
      },
      {
        title: 'Update nothing',
        input: { operation: 'update', task_id: '$task_id' },
        code: 'invalid_request',
        says: 'operation "update" needs at least one field to change',
      },
      {
        title: 'Update what has changed since',
        input: { operation: 'update', task_id: '$task_id', note: 'x', expected_version: 9 },
        code: 'conflict',
        says: 'The task has changed since: it is at version 1 now.',
      },
      {
        title: 'Assign to nobody',
        input: { operation: 'assign', task_id: '$task_id' },
        code: 'invalid_request',
        says: 'assigned_agent_id is required',
      },
      {
        title: 'Complete with a field of another operation',
        input: { operation: 'complete', task_id: '$task_id', title: 'x' },
        code: 'invalid_request',
        says: 'operation "complete" does not take title.',
      },
      {
        title: 'Fail without a reason',
        input: { operation: 'fail', task_id: '$started_task_id' },
        code: 'invalid_request',
        says: 'error is required',
      },
      {
        title: 'Cancel by an id that is none',
        input: { operation: 'cancel', task_id: '42' },
        code: 'invalid_request',
        says: 'task_id must be a UUID in lower case, as `id` of a task (got "42").',
      },
      {
        title: 'Delete what is not there',
        input: { operation: 'delete', task_id: '$missing_id' },
        code: 'not_found',
        says: 'There is no task $missing_id',
      },
    ],
  },
  list_tasks: {
    valid: [
      { title: 'The newest', input: {} },
      { title: 'Work that can be started, most urgent first', input: { ready: true, sort: 'priority', limit: 5 } },
      {
        title: 'What is open and late of one agent',
        input: { status: ['pending', 'in_progress'], assigned_agent_id: 'publisher', due_before: 'now', sort: 'due' },
      },
    ],
    refused: [
      {
        title: 'A state that is none',
        input: { status: ['done'] },
        code: 'invalid_request',
        says: 'status[0] is not valid: expected one of "pending"',
      },
      {
        title: 'A time that is none',
        input: { due_before: 'whenever' },
        code: 'invalid_request',
        says: 'due_before must be an ISO 8601 time or plain words',
      },
    ],
  },
} satisfies Partial<ExampleTable>
