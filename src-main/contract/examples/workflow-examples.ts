import type { ExampleTable } from './tool-example.ts'

export const WORKFLOW_EXAMPLES_OF_TOOLS = {
  manage_workflow: {
    valid: [
      {
        title: 'Create: a note, and a task about it',
        input: {
          operation: 'create',
          name: '$new_name',
          description: 'Keeps a text and makes a task to follow it up.',
          steps: [
            { id: 'note', tool: 'store_memory', arguments: { content: '{{input.text}}', tags: ['inbox'] } },
            {
              id: 'todo',
              tool: 'manage_task',
              arguments: { operation: 'create', title: 'Follow up on {{steps.note.memory.id}}' },
              retries: { max: 2, backoff: 1 },
            },
          ],
        },
      },
      {
        title: 'Create: a choice, a pause and a schedule',
        input: {
          operation: 'create',
          name: '$new_name',
          steps: [
            { id: 'late', tool: 'list_tasks', arguments: { due_before: 'now', status: ['pending', 'in_progress'] } },
            { id: 'any', tool: 'branch', arguments: { cases: [{ when: 'steps.late.total > 0', then: ['pause'] }] } },
            { id: 'pause', tool: 'wait', arguments: { seconds: 1 } },
            { id: 'tell', tool: 'store_memory', arguments: { content: '{{steps.late.total}} tasks are late.' }, depends_on: ['pause'] },
          ],
          schedule: { cron: '0 8 * * 1-5', timezone: 'Europe/Berlin' },
        },
      },
      { title: 'Create: from an example that ships', input: { operation: 'create', example: 'daily-digest', name: '$new_name' } },
      { title: 'Get one', input: { operation: 'get', workflow_id: '$workflow_id' } },
      {
        title: 'Update: run it every hour, if nobody changed it since',
        input: { operation: 'update', workflow_id: '$workflow_id', schedule: { every_seconds: 3600 }, expected_version: 1 },
      },
      { title: 'Delete', input: { operation: 'delete', workflow_id: '$workflow_id' } },
      { title: 'List', input: { operation: 'list', limit: 5 } },
    ],
    refused: [
      {
        title: 'Create with a tool that is none',
        input: { operation: 'create', name: 'x', steps: [{ id: 'a', tool: 'send_mail' }] },
        code: 'invalid_request',
        says: 'steps.a.tool is "send_mail", which is no tool; it must be one of store_memory',
      },
      {
        title: 'Create with steps that wait for each other',
        input: {
          operation: 'create',
          name: 'x',
          steps: [
            { id: 'a', tool: 'list_tasks', depends_on: ['b'] },
            { id: 'b', tool: 'list_tasks', depends_on: ['a'] },
          ],
        },
        code: 'invalid_request',
        says: 'steps must not wait for each other in a circle: a -> b -> a.',
      },
      {
        title: 'Get what is not there',
        input: { operation: 'get', workflow_id: '$missing_id' },
        code: 'not_found',
        says: 'There is no workflow $missing_id, or you may not see it.',
      },
      {
        title: 'Update nothing',
        input: { operation: 'update', workflow_id: '$workflow_id' },
        code: 'invalid_request',
        says: 'operation "update" needs at least one field to change',
      },
      {
        title: 'Delete what has changed since',
        input: { operation: 'delete', workflow_id: '$workflow_id', expected_version: 9 },
        code: 'conflict',
        says: 'The workflow has changed since: it is at version 1 now.',
      },
      {
        title: 'List with a cursor of something else',
        input: { operation: 'list', cursor: 'nonsense' },
        code: 'invalid_request',
        says: 'cursor is not `next_cursor` of this list',
      },
    ],
  },
  execute_workflow: {
    valid: [
      { title: 'By id, waiting for its end', input: { workflow_id: '$workflow_id', input: { topic: 'boats' } } },
      { title: 'Without waiting', input: { workflow_id: '$workflow_id', wait: false } },
    ],
    refused: [
      {
        title: 'What is not there',
        input: { workflow_id: '$missing_id' },
        code: 'not_found',
        says: 'There is no workflow $missing_id, or you may not see it.',
      },
      {
        title: 'A wait that is none',
        input: { workflow_id: '$workflow_id', wait_seconds: -1 },
        code: 'invalid_request',
        says: 'wait_seconds must be 0 or more',
      },
    ],
  },
  get_workflow_status: {
    valid: [
      { title: 'One run', input: { execution_id: '$execution_id' } },
      { title: 'Runs that are under way', input: { status: ['queued', 'running', 'waiting'], limit: 5 } },
      { title: 'Runs of a workflow', input: { workflow_id: '$workflow_id' } },
    ],
    refused: [
      {
        title: 'A run that is not there',
        input: { execution_id: '$missing_id' },
        code: 'not_found',
        says: 'There is no execution $missing_id, or you may not see it.',
      },
      {
        title: 'A state that is none',
        input: { status: ['paused'] },
        code: 'invalid_request',
        says: 'status[0] is not valid: expected one of "queued"',
      },
    ],
  },
  cancel_workflow: {
    valid: [{ title: 'With a reason', input: { execution_id: '$execution_id', reason: 'The topic is settled.' } }],
    refused: [
      {
        title: 'A run that is not there',
        input: { execution_id: '$missing_id' },
        code: 'not_found',
        says: 'There is no execution $missing_id, or you may not see it.',
      },
    ],
  },
  list_workflow_examples: {
    valid: [{ title: 'All', input: {} }],
    refused: [
      {
        title: 'With a field',
        input: { name: 'daily-digest' },
        code: 'invalid_request',
        says: 'Unknown field "name". It takes no fields.',
      },
    ],
  },
} satisfies Partial<ExampleTable>
