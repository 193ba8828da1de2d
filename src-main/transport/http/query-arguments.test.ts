import { expect, test } from 'vitest'
import { inputJsonSchema } from '../../contract/json-schema.ts'
import { TOOLS } from '../../contract/tools.ts'
import { readQuery } from './query-arguments.ts'

const schema = inputJsonSchema(TOOLS.list_memories)

test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
  ['a number', { limit: '5', min_importance: '0.25' }, { limit: 5, min_importance: 0.25 }],
  ['a negative number', { limit: '-1' }, { limit: -1 }],
  ['true and false', { trash: 'true', pinned: 'false' }, { trash: true, pinned: false }],
  ['one item of a list', { tags: 'a' }, { tags: ['a'] }],
  ['a repeated item', { tags: ['a', 'b'] }, { tags: ['a', 'b'] }],
  ['text', { sort: 'oldest', since: '2026' }, { sort: 'oldest', since: '2026' }],
  [
    'what does not fit stays text',
    { limit: 'many', trash: 'yes', min_importance: '' },
    { limit: 'many', trash: 'yes', min_importance: '' },
  ],
  ['hexadecimal and blanks are no numbers', { limit: '0x10', min_importance: ' 1 ' }, { limit: '0x10', min_importance: ' 1 ' }],
  ['an unknown field stays, to be refused by name', { colour: '1', constructor: '1' }, { colour: '1', constructor: '1' }],
  ['a repeated number stays a list, to be refused', { limit: ['1', '2'] }, { limit: ['1', '2'] }],
])('%s is read as its schema says', (_what, query, args) => {
  expect(readQuery(query, schema)).toEqual(args)
})
