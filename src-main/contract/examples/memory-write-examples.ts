import type { ToolInput } from '../tools.ts'
import type { ExampleTable, ToolExamples } from './tool-example.ts'

const STORING: ToolExamples<ToolInput<'store_memory'>> = {
  valid: [
    {
      title: 'A decision and its reason',
      input: {
        content: 'Marta decided on 2026-11-20 to keep Postgres 15 until March: the backup tool fails on 16.',
        tags: ['decision', 'postgres'],
        importance: 0.8,
      },
    },
    {
      title: 'Every field',
      input: {
        content: 'The backup tool works on Postgres 16 since its version 4.2; the upgrade can go ahead.',
        summary: 'Postgres 16 is possible.',
        tags: ['postgres'],
        importance: 0.9,
        access_level: 'shared',
        shared_with: [{ agent_id: 'reviewer', permission: 'write', expires_at: '2099-01-01T00:00:00.000Z' }],
        context: { ticket: 'OPS-118', tried: ['4.1', '4.2'] },
        ttl_seconds: 2_592_000,
        pinned: true,
        source_url: 'https://example.com/backup-tool/releases/4.2',
        links: [{ to: '$memory_id', kind: 'supersedes' }],
      },
    },
  ],
  refused: [
    { title: 'No content', input: { tags: ['decision'] }, code: 'invalid_request', says: 'content is required.' },
    {
      title: 'An importance out of range',
      input: { content: 'x', importance: 2 },
      code: 'invalid_request',
      says: 'importance must be 1 or less (got 2).',
    },
    {
      title: 'A field that it does not have',
      input: { content: 'x', colour: 'red' },
      code: 'invalid_request',
      says: 'Unknown field "colour". Known fields: content, summary, tags,',
    },
    {
      title: 'Shares of a memory that is not shared',
      input: { content: 'x', access_level: 'team', shared_with: [{ agent_id: 'reviewer' }] },
      code: 'invalid_request',
      says: 'shared_with only works with access_level "shared" (got "team").',
    },
    {
      title: 'A level for admins',
      input: { content: 'x', access_level: 'system' },
      code: 'forbidden',
      says: 'access_level "system" is written by admins only',
    },
  ],
}

export const MEMORY_WRITE_EXAMPLES = {
  store_memory: STORING,
  create_memory: STORING,
  update_memory: {
    valid: [
      { title: 'New tags and importance', input: { memory_id: '$memory_id', tags: ['decision', 'done'], importance: 0.2 } },
      {
        title: 'A correction, if nobody changed it since',
        input: { memory_id: '$memory_id', content: 'The staging key is rotated on Tuesdays now ($new_name).', expected_version: 1 },
      },
      {
        title: 'Shown to the team, with a link and without an end',
        input: {
          memory_id: '$memory_id',
          access_level: 'team',
          links: [{ to: '$other_memory_id', kind: 'causes' }],
          expires_at: null,
          source_url: null,
        },
      },
    ],
    refused: [
      {
        title: 'Nothing to change',
        input: { memory_id: '$memory_id' },
        code: 'invalid_request',
        says: 'update_memory needs at least one field to change',
      },
      {
        title: 'A version that is past',
        input: { memory_id: '$edited_memory_id', pinned: true, expected_version: 1 },
        code: 'conflict',
        says: 'The memory has changed since: it is at version 2 now.',
      },
      {
        title: 'A memory that is not there',
        input: { memory_id: '$missing_id', pinned: true },
        code: 'not_found',
        says: 'There is no memory $missing_id, or you may not see it.',
      },
    ],
  },
  delete_memory: {
    valid: [
      { title: 'To the trash', input: { memory_id: '$memory_id' } },
      { title: 'Once more, which changes nothing', input: { memory_id: '$deleted_memory_id' } },
    ],
    refused: [
      {
        title: 'An id that is none',
        input: { memory_id: '42' },
        code: 'invalid_request',
        says: 'memory_id must be a UUID in lower case, as `id` of a stored memory (got "42").',
      },
      {
        title: 'A memory that is not there',
        input: { memory_id: '$missing_id' },
        code: 'not_found',
        says: 'There is no memory $missing_id, or you may not see it.',
      },
      {
        title: 'For good, as an agent',
        input: { memory_id: '$memory_id', permanent: true },
        code: 'forbidden',
        says: 'Only the person at the machine may erase a memory for good',
      },
    ],
  },
  restore_memory: {
    valid: [
      { title: 'Out of the trash', input: { memory_id: '$deleted_memory_id' } },
      { title: 'Back to an earlier version', input: { memory_id: '$edited_memory_id', version: 1 } },
    ],
    refused: [
      {
        title: 'A version that never was',
        input: { memory_id: '$memory_id', version: 7 },
        code: 'not_found',
        says: 'Version 7 of memory $memory_id is not in its history',
      },
      {
        title: 'A memory that is not there',
        input: { memory_id: '$missing_id' },
        code: 'not_found',
        says: 'There is no memory $missing_id, or you may not see it.',
      },
    ],
  },
  share_memory: {
    valid: [
      { title: 'To be read', input: { memory_id: '$memory_id', shared_with: [{ agent_id: 'reviewer' }] } },
      {
        title: 'To be edited for a while, and no more by another',
        input: {
          memory_id: '$memory_id',
          shared_with: [{ agent_id: 'editor', permission: 'write', expires_at: '2099-01-01T00:00:00.000Z' }],
          remove: ['reviewer'],
        },
      },
    ],
    refused: [
      {
        title: 'With nobody',
        input: { memory_id: '$memory_id' },
        code: 'invalid_request',
        says: 'shared_with or remove must name at least one agent.',
      },
      {
        title: 'With a permission that is none',
        input: { memory_id: '$memory_id', shared_with: [{ agent_id: 'reviewer', permission: 'admin' }] },
        code: 'invalid_request',
        says: 'shared_with[0].permission is not valid: expected one of "read"|"write" (got "admin").',
      },
    ],
  },
} satisfies Partial<ExampleTable>
