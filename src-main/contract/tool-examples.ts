import { AGENT_EXAMPLES } from './examples/agent-examples.ts'
import { MEMORY_READ_EXAMPLES } from './examples/memory-read-examples.ts'
import { MEMORY_WRITE_EXAMPLES } from './examples/memory-write-examples.ts'
import { SYSTEM_EXAMPLES } from './examples/system-examples.ts'
import { TASK_EXAMPLES } from './examples/task-examples.ts'
import { TOKEN_EXAMPLES } from './examples/token-examples.ts'
import type { ExampleTable } from './examples/tool-example.ts'
import { WORKFLOW_EXAMPLES_OF_TOOLS } from './examples/workflow-examples.ts'

/**
 * Calls of every tool, good and bad: the OpenAPI document shows them, and the tests send each of them over every wire. A tool
 * without examples does not compile. Words such as `$memory_id` are explained in examples/placeholders.ts.
 */
export const TOOL_EXAMPLES: ExampleTable = {
  ...MEMORY_WRITE_EXAMPLES,
  ...MEMORY_READ_EXAMPLES,
  ...AGENT_EXAMPLES,
  ...TASK_EXAMPLES,
  ...WORKFLOW_EXAMPLES_OF_TOOLS,
  ...SYSTEM_EXAMPLES,
  ...TOKEN_EXAMPLES,
}
