import type { ToolInput, ToolOutput } from '../../src-main/contract/tools.ts'
import type { Memory, Why } from '../../src-main/contract/memory.ts'

/** Words of the wire as the dashboard uses them; every one is derived from the contract. */
export type { AccessLevel, HistoryEntry, Link, Memory, Why } from '../../src-main/contract/memory.ts'
export type { Check, CheckStatus, Health, SessionInfo, Stats, TransportKind } from '../../src-main/contract/session.ts'
export type { CallEvent, MemoryEvent, RatesEvent, ServerEvent, SessionEvent } from '../../src-main/contract/events.ts'

export type ListInput = ToolInput<'list_memories'>
export type ListPage = ToolOutput<'list_memories'>
export type SearchInput = ToolInput<'semantic_search'>
export type SearchResult = ToolOutput<'semantic_search'>
export type StoreInput = ToolInput<'store_memory'>
export type StoreResult = ToolOutput<'store_memory'>
export type UpdateInput = Omit<ToolInput<'update_memory'>, 'memory_id'>
export type HistoryPage = ToolOutput<'get_memory_history'>
export type LinksResult = ToolOutput<'get_memory_links'>
export type TagCount = ToolOutput<'list_tags'>['tags'][number]

/** A memory in a list; a search hit also says how well it fits and why. */
export type ListedMemory = Memory & { readonly score?: number; readonly why?: Why }
