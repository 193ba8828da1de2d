import { acceptedContent, createRequestStateCodec, inputRequired, inputResponse } from '@modelcontextprotocol/server'
import type { ElicitRequestFormParams, InputRequests, ServerContext } from '@modelcontextprotocol/server'
import { newSecret } from '../../base/ids.ts'
import { text } from './conformance-tools.ts'
import type { FixtureTool } from './conformance-tools.ts'

/** Signs what a client carries from one round to the next. */
export const requestStates = createRequestStateCodec<string>({ key: newSecret() })

/** Tools of the modern era that ask the client for something: called again with the answers. */
export const INPUT_TOOLS: Readonly<Record<string, FixtureTool>> = {
  test_input_required_result_elicitation: asking({ user_name: ask('What is your name?', 'name') }),
  test_input_required_result_sampling: asking({ capital_question: sample('What is the capital of France?', 100) }),
  test_input_required_result_list_roots: asking({ client_roots: inputRequired.listRoots() }),
  test_input_required_result_request_state: asking({ confirm: confirm() }, 'state-ok'),
  test_input_required_result_tampered_state: asking({ confirm: confirm() }, 'state-ok'),
  test_input_required_result_multiple_inputs: asking(
    {
      user_name: ask('What is your name?', 'name'),
      greeting: sample('Generate a greeting', 50),
      client_roots: inputRequired.listRoots(),
    },
    'all-answered',
  ),
  test_input_required_result_multi_round: {
    description: 'Asks twice.',
    run: async ({ mcpReq }) => {
      const state = mcpReq.requestState<string>()
      if (state === 'step2' && acceptedContent(mcpReq.inputResponses, 'step2')) return text('Both rounds are done.')
      const next = state === 'step1' && acceptedContent(mcpReq.inputResponses, 'step1') ? 'step2' : 'step1'
      const request = next === 'step1' ? ask('Step 1: What is your name?', 'name') : ask('Step 2: What is your favorite color?', 'color')
      return inputRequired({ inputRequests: { [next]: request }, requestState: await requestStates.mint(next) })
    },
  },
  test_input_required_result_capabilities: {
    description: 'Asks only what the client says it can answer.',
    run: ({ mcpReq }) => {
      const { sampling, elicitation } = capabilitiesOf(mcpReq)
      const inputRequests = {
        ...(elicitation && { user_name: ask('What is your name?', 'name') }),
        ...(sampling && { capital_question: sample('What is the capital of France?', 100) }),
      }
      return isAnswered(inputRequests, mcpReq) ? text('Answered.') : inputRequired({ inputRequests })
    },
  },
  test_missing_capability: asking({ capital_question: sample('What is the capital of France?', 100) }),
  test_streaming_elicitation: asking({ user_name: ask('What is your name?', 'name') }),
}

/** Tools of the legacy era that send the client a request while they run. */
export const LEGACY_INPUT_TOOLS: Readonly<Record<string, FixtureTool>> = {
  test_sampling: {
    description: 'Has the client ask a model.',
    inputSchema: { type: 'object', properties: { prompt: { type: 'string' } }, required: ['prompt'] },
    run: async ({ mcpReq }, { prompt }) => {
      const messages = [{ role: 'user' as const, content: { type: 'text' as const, text: String(prompt) } }]
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- what the legacy era is tested with
      const { content } = await mcpReq.requestSampling({ messages, maxTokens: 100 })
      return text(`LLM response: ${'text' in content ? content.text : JSON.stringify(content)}`)
    },
  },
  test_elicitation: {
    description: 'Asks the person.',
    inputSchema: { type: 'object', properties: { message: { type: 'string' } }, required: ['message'] },
    run: ({ mcpReq }, { message }) => elicit(mcpReq, String(message), { username: { type: 'string' }, email: { type: 'string' } }),
  },
  test_elicitation_sep1034_defaults: {
    description: 'Asks the person, with defaults.',
    run: ({ mcpReq }) =>
      elicit(mcpReq, 'Review these values.', {
        name: { type: 'string', default: 'John Doe' },
        age: { type: 'integer', default: 30 },
        score: { type: 'number', default: 95.5 },
        status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
        verified: { type: 'boolean', default: true },
      }),
  },
  test_elicitation_sep1330_enums: {
    description: 'Asks the person to choose.',
    run: ({ mcpReq }) =>
      elicit(mcpReq, 'Choose.', {
        untitledSingle: { type: 'string', enum: OPTIONS },
        titledSingle: { type: 'string', oneOf: TITLED },
        legacyEnum: { type: 'string', enum: ['opt1', 'opt2', 'opt3'], enumNames: ['Option One', 'Option Two', 'Option Three'] },
        untitledMulti: { type: 'array', items: { type: 'string', enum: OPTIONS } },
        titledMulti: { type: 'array', items: { anyOf: TITLED } },
      }),
  },
}

const OPTIONS = ['option1', 'option2', 'option3']
const TITLED = ['First', 'Second', 'Third'].map((title, index) => ({ const: `value${index + 1}`, title: `${title} Option` }))

type Properties = ElicitRequestFormParams['requestedSchema']['properties']
type ToolRequest = ServerContext['mcpReq']

async function elicit(mcpReq: ToolRequest, message: string, properties: Properties) {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- as above
  const { action, content } = await mcpReq.elicitInput({ mode: 'form', message, requestedSchema: { type: 'object', properties } })
  return text(`Elicitation completed: action=${action}, content=${JSON.stringify(content ?? {})}`)
}

/** A tool that is done when every request of it is answered; with `state`, only with the state that it gave out itself. */
function asking(inputRequests: InputRequests, state?: string): FixtureTool {
  return {
    description: `Asks the client for ${Object.keys(inputRequests).join(', ')}.`,
    run: async ({ mcpReq }) => {
      const isSameState = state === undefined || mcpReq.requestState<string>() === state
      if (isSameState && isAnswered(inputRequests, mcpReq)) return text(`Thank you. ${state ?? ''}`)
      return inputRequired({ inputRequests, ...(state !== undefined && { requestState: await requestStates.mint(state) }) })
    },
  }
}

function isAnswered(requests: InputRequests, { inputResponses }: ToolRequest): boolean {
  return Object.keys(requests).every((key) => inputResponse(inputResponses, key).kind !== 'missing')
}

function capabilitiesOf({ envelope }: ToolRequest): { readonly sampling?: object; readonly elicitation?: object } {
  return (envelope as Record<string, object> | undefined)?.['io.modelcontextprotocol/clientCapabilities'] ?? {} // the SDK has checked it
}

export function ask(message: string, field: string) {
  return inputRequired.elicit({
    mode: 'form',
    message,
    requestedSchema: { type: 'object', properties: { [field]: { type: 'string' } }, required: [field] },
  })
}

function confirm() {
  const properties = { ok: { type: 'boolean' as const } }
  return inputRequired.elicit({
    mode: 'form',
    message: 'Please confirm',
    requestedSchema: { type: 'object', properties, required: ['ok'] },
  })
}

function sample(question: string, maxTokens: number) {
  return inputRequired.createMessage({ messages: [{ role: 'user', content: { type: 'text', text: question } }], maxTokens })
}
