import { invalidField } from '../../base/errors.ts'
import { isToolName, TOOLS } from '../../contract/tools.ts'
import type { ToolContract } from '../../contract/tools/tool-contract.ts'
import { CONTROL_STEPS, waitArgumentsSchema } from '../../contract/workflow.ts'
import type { WorkflowStep } from '../../contract/workflow.ts'
import { compileTemplate } from './template.ts'

/** Throws `invalid_request` for a step that no run could do: a tool that is not there, or arguments it would refuse. */
export function checkStep(step: WorkflowStep): void {
  if (step.tool === 'branch') return
  if (step.tool === 'wait') {
    requireArguments(step, waitArgumentsSchema)
    if (Object.keys(step.arguments).length !== 1) throw invalidField(`steps.${step.id}.arguments`, 'must hold either seconds or until')
    return
  }
  requireArguments(step, toolOf(step).input)
}

/** The tool that a step calls. Throws `invalid_request` for one that is not there, or that models may not call. */
export function toolOf({ id, tool }: WorkflowStep): ToolContract {
  const contract: ToolContract | undefined = isToolName(tool) ? TOOLS[tool] : undefined
  if (contract && contract.profile !== 'rest') return contract
  const known = Object.values<ToolContract>(TOOLS).flatMap(({ name, profile }) => (profile === 'rest' ? [] : [name]))
  throw invalidField(`steps.${id}.tool`, `is "${tool}", which is no tool; it must be one of ${[...known, ...CONTROL_STEPS].join(', ')}`)
}

/** The part of a schema that this check uses. */
type InputSchema = Pick<ToolContract['input'], 'shape' | 'safeParse'>

/** What is written out is checked as it stands; what a template will bring is checked when it is there. */
function requireArguments({ id, tool, arguments: args }: WorkflowStep, { shape, safeParse }: InputSchema): void {
  const where = `steps.${id}.arguments`
  const fields = Object.keys(shape)
  const unknown = Object.keys(args).find((field) => !fields.includes(field))
  if (unknown !== undefined) throw invalidField(`${where}.${unknown}`, `is not an argument of ${tool}; it takes ${fields.join(', ')}`)
  const templated = new Set(Object.keys(args).filter((field) => !compileTemplate(args[field], `${where}.${field}`).isLiteral))
  const parsed = safeParse(args)
  if (parsed.success) return
  const issue = parsed.error.issues.find(({ path }) => !templated.has(String(path[0])))
  if (!issue) return
  const field = issue.path.length === 0 ? where : `${where}.${issue.path.join('.')}`
  throw invalidField(field, `does not suit ${tool}: ${args[String(issue.path[0])] === undefined ? 'it is required' : issue.message}`)
}
