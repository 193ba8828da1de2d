import { LIMITS } from '../../src-main/contract/protocol.ts'
import type { ToolName } from '../../src-main/contract/tools.ts'

/** A call that must be refused. */
export interface BadCall {
  readonly name: string
  readonly tool: ToolName
  /** The arguments as they stand on the wire. */
  readonly args: string
  /** What the refusal must say: above all the name of the field. */
  readonly says: RegExp
}

const store = (name: string, args: string, says: RegExp): BadCall => ({ name, tool: 'store_memory', args, says })
/** One field of store_memory, beside content that is fine. */
const field = (name: string, value: string, says = new RegExp(`\\b${name}\\b`)): BadCall =>
  store(`${name} ${value.length > 60 ? `${value.slice(0, 40)}… of ${value.length}` : value}`, `{"content":"fine","${name}":${value}}`, says)
const content = (what: string, value: string, says: RegExp): BadCall => store(`content ${what}`, `{"content":${value}}`, says)

const ofLength = (length: number): string => JSON.stringify('x'.repeat(length))
const many = (count: number, item: string): string => `[${Array.from({ length: count }, () => item).join(',')}]`
const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

const STORE_CASES: readonly BadCall[] = [
  store('no content', '{}', /content is required/),
  content('empty', '""', /content must not be empty/),
  content('of white space', '" \\n\\t "', /content must not be only white space/),
  content(
    'a character too long',
    ofLength(LIMITS.contentCharacters + 1),
    /content must have at most 100,000 characters.*of 100001 characters/,
  ),
  content('a number', '7', /content .*string.*got 7/),
  content('null', 'null', /content .*got null/),
  content('a list', '["x"]', /content .*a list of 1/),
  content('an object', '{"text":"x"}', /content .*an object/),
  content('with a lone high surrogate', '"before \\ud83d after"', /content must be well-formed Unicode/),
  content('with a lone low surrogate', '"\\udc00"', /content must be well-formed Unicode/),
  content('with surrogates in the wrong order', '"\\udc00\\ud800"', /content must be well-formed Unicode/),
  content('with a null character', '"a\\u0000b"', /content must not hold control characters/),
  content('with a bell', '"a\\u0007b"', /content must not hold control characters/),
  content('with a delete character', '"a\\u007fb"', /content must not hold control characters/),
  field('importance', '1.0001', /importance must be 1 or less \(got 1.0001\)/),
  field('importance', '-0.1', /importance must be 0 or more \(got -0.1\)/),
  field('importance', '"0.5"', /importance must be a number from 0 to 1/),
  field('importance', 'null'),
  field('importance', 'true'),
  field('importance', '1e999'),
  field('importance', '-1e999'),
  field('importance', '"NaN"'),
  field('importance', '[0.5]'),
  field('tags', '"one"'),
  field('tags', '[""]', /tags\[0\] must not be empty/),
  field('tags', '["a","b\\nc"]', /tags\[1\] must be one line/),
  field('tags', '[1]', /tags\[0\]/),
  field('tags', '["\\ud800"]', /tags\[0\] must be well-formed/),
  field('tags', `[${ofLength(LIMITS.tagCharacters + 1)}]`, /tags\[0\] must have at most 64/),
  field('tags', many(LIMITS.tags + 1, '"t"'), /tags must hold at most 50/),
  field('access_level', '"secret"'),
  field('access_level', 'null'),
  field('access_level', '1'),
  field('access_level', '"system"', /system/),
  field('shared_with', '[{"agent_id":"a"}]', /shared_with|access_level/),
  store(
    'a grant to a bad name',
    '{"content":"fine","access_level":"shared","shared_with":[{"agent_id":"no spaces please"}]}',
    /shared_with\[0\]\.agent_id/,
  ),
  store('a grant to nobody', '{"content":"fine","access_level":"shared","shared_with":[{}]}', /shared_with\[0\]\.agent_id is required/),
  store(
    'a grant to own',
    '{"content":"fine","access_level":"shared","shared_with":[{"agent_id":"a","permission":"own"}]}',
    /shared_with\[0\]\.permission/,
  ),
  store(
    'a grant with more',
    '{"content":"fine","access_level":"shared","shared_with":[{"agent_id":"a","until":"x"}]}',
    /Unknown field "until" in shared_with\[0\]/,
  ),
  store(
    'a grant till no time',
    '{"content":"fine","access_level":"shared","shared_with":[{"agent_id":"a","expires_at":"tomorrow"}]}',
    /shared_with\[0\]\.expires_at/,
  ),
  store(
    'too many grants',
    `{"content":"fine","access_level":"shared","shared_with":${many(LIMITS.sharedWith + 1, '{"agent_id":"a"}')}}`,
    /shared_with must hold at most 100/,
  ),
  field('context', '[]'),
  field('context', '"x"'),
  field('context', 'null'),
  field('context', `{"k":${ofLength(LIMITS.contextBytes)}}`, /context must be at most 64 KiB/),
  field('context', '{"k":"\\ud800"}'),
  field('context', nested(5_000), /context|nest|deep|stack|read/i),
  field('ttl_seconds', '0', /ttl_seconds must be 1 or more/),
  field('ttl_seconds', '-5'),
  field('ttl_seconds', '1.5', /ttl_seconds must be a whole number/),
  field('ttl_seconds', '"60"'),
  field('ttl_seconds', '1e20'),
  field('pinned', '"yes"'),
  field('pinned', '1'),
  field('source_url', '"not a url"'),
  field('source_url', '"javascript:alert(1)"'),
  field('source_url', `"https://example.com/${'x'.repeat(LIMITS.urlCharacters)}"`),
  field('summary', '""'),
  field('summary', ofLength(LIMITS.summaryCharacters + 1)),
  field('links', '[{"to":"nope","kind":"relates"}]', /links\[0\]\.to must be a UUID/),
  field('links', '[{"to":"01999999-0000-7000-8000-000000000000","kind":"hates"}]', /links\[0\]\.kind/),
  field('links', '[{"to":"01999999-0000-7000-8000-000000000000","kind":"relates"}]', /01999999-0000-7000-8000-000000000000/),
  field('id', '"01999999-0000-7000-8000-000000000000"', /Unknown field "id".*Known fields: content/),
  field('agent_id', '"somebody"', /Unknown field "agent_id"/),
  field('namespace', '"elsewhere"', /Unknown field "namespace"/),
  field('contnet', '"typo"', /Unknown field "contnet"/),
  field('constructor', '{}', /constructor/),
  store('a list of arguments', '["content"]', /object|arguments/),
  store('text for arguments', '"content"', /object|arguments/),
  store('a number for arguments', '5', /object|arguments/),
]

const OTHER_CASES: readonly BadCall[] = [
  ...[
    '""',
    '"nope"',
    '"0199AAAA-0000-7000-8000-000000000000"',
    '"zzzzzzzz-0000-7000-8000-000000000000"',
    '"{01999999-0000-7000-8000-000000000000}"',
    `"01999999-0000-7000-8000-000000000000 "`,
  ].map((id): BadCall => ({
    name: `memory_id ${id}`,
    tool: 'update_memory',
    args: `{"memory_id":${id},"pinned":true}`,
    says: /memory_id|There is no/,
  })),
  {
    name: 'nothing to update',
    tool: 'update_memory',
    args: '{"memory_id":"01999999-0000-7000-8000-000000000000"}',
    says: /at least one field|There is no/,
  },
  {
    name: 'a version below 1',
    tool: 'update_memory',
    args: '{"memory_id":"01999999-0000-7000-8000-000000000000","pinned":true,"expected_version":0}',
    says: /expected_version/,
  },
  {
    name: 'an unknown field',
    tool: 'update_memory',
    args: '{"memory_id":"01999999-0000-7000-8000-000000000000","owner":"me"}',
    says: /Unknown field "owner"/,
  },
  { name: 'no query', tool: 'semantic_search', args: '{}', says: /query is required/ },
  { name: 'an empty query', tool: 'semantic_search', args: '{"query":""}', says: /query must not be empty/ },
  {
    name: 'a long query',
    tool: 'semantic_search',
    args: `{"query":${ofLength(LIMITS.queryCharacters + 1)}}`,
    says: /query must have at most 2,000/,
  },
  { name: 'a query with a lone surrogate', tool: 'semantic_search', args: '{"query":"\\ud800"}', says: /query must be well-formed/ },
  ...['0', '-1', '101', '1.5', '"5"', 'null', '1e999'].map((limit): BadCall => ({
    name: `limit ${limit}`,
    tool: 'semantic_search',
    args: `{"query":"x","limit":${limit}}`,
    says: /limit/,
  })),
  { name: 'an unknown mode', tool: 'semantic_search', args: '{"query":"x","mode":"magic"}', says: /mode/ },
  { name: 'a time that is none', tool: 'semantic_search', args: '{"query":"x","since":"when pigs fly"}', says: /since/ },
  { name: 'min_score above 1', tool: 'semantic_search', args: '{"query":"x","min_score":2}', says: /min_score/ },
  {
    name: 'id and query',
    tool: 'recall_memory',
    args: '{"memory_id":"01999999-0000-7000-8000-000000000000","query":"x"}',
    says: /memory_id.*query|query.*memory_id/,
  },
  { name: 'a cursor that nobody gave', tool: 'list_memories', args: '{"cursor":"bm90IGEgY3Vyc29y"}', says: /cursor/ },
  { name: 'an unknown order', tool: 'list_memories', args: '{"sort":"random"}', says: /sort/ },
  { name: 'nobody to share with', tool: 'share_memory', args: '{"memory_id":"01999999-0000-7000-8000-000000000000"}', says: /shared_with/ },
  {
    name: 'to erase for good as an agent',
    tool: 'delete_memory',
    args: '{"memory_id":"01999999-0000-7000-8000-000000000000","permanent":true}',
    says: /person|There is no/,
  },
]

export const BAD_CALLS: readonly BadCall[] = [...STORE_CASES, ...OTHER_CASES]
