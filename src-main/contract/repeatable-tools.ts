/**
 * Tools that may be carried out twice with the same result as once: those the contract calls read-only or idempotent (a test of the
 * client library compares), and storing, which returns the memory that is there when the same agent stores the same content again.
 */
export const REPEATABLE_TOOLS: ReadonlySet<string> = new Set([
  'store_memory',
  'create_memory',
  'semantic_search',
  'search_memories',
  'recall_memory',
  'update_memory',
  'delete_memory',
  'restore_memory',
  'share_memory',
  'list_memories',
  'get_memory_history',
  'get_memory_links',
  'list_tags',
  'switch_agent',
  'get_current_agent',
  'get_agent_info',
  'list_agents',
  'list_tasks',
  'get_workflow_status',
  'cancel_workflow',
  'list_workflow_examples',
  'health_check',
  'get_system_stats',
  'get_session_statistics',
  'list_sessions',
  'get_session',
])
