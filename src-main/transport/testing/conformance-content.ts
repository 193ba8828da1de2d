import { inputRequired, inputResponse, ResourceNotFoundError } from '@modelcontextprotocol/server'
import type { GetPromptResult, PromptMessage, ReadResourceResult, ServerContext } from '@modelcontextprotocol/server'
import { ask } from './conformance-inputs.ts'
import { PNG } from './conformance-tools.ts'

export const FIXTURE_RESOURCES = [
  { uri: 'test://static-text', name: 'static-text', description: 'A text.', mimeType: 'text/plain' },
  { uri: 'test://static-binary', name: 'static-binary', description: 'An image.', mimeType: 'image/png' },
  { uri: 'test://watched-resource', name: 'watched-resource', description: 'To be subscribed to.', mimeType: 'text/plain' },
]

export const FIXTURE_TEMPLATES = [
  { uriTemplate: 'test://template/{id}/data', name: 'template', description: 'Data by id.', mimeType: 'application/json' },
]

const TEXTS: Readonly<Record<string, string>> = {
  'test://static-text': 'This is the content of the static text resource.',
  'test://watched-resource': 'Watched resource content',
}

export function readFixture(uri: string): ReadResourceResult {
  if (uri === 'test://static-binary') return { contents: [{ uri, mimeType: 'image/png', blob: PNG }] }
  const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1]
  if (id !== undefined) {
    const json = JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` })
    return { contents: [{ uri, mimeType: 'application/json', text: json }] }
  }
  const text = TEXTS[uri]
  if (text === undefined) throw new ResourceNotFoundError(uri)
  return { contents: [{ uri, mimeType: 'text/plain', text }] }
}

export const FIXTURE_PROMPTS = [
  { name: 'test_simple_prompt', description: 'Says one thing.' },
  {
    name: 'test_prompt_with_arguments',
    description: 'Says what it was given.',
    arguments: ['arg1', 'arg2'].map((name) => ({ name, description: `The argument ${name}.`, required: true })),
  },
  {
    name: 'test_prompt_with_embedded_resource',
    description: 'Brings a resource.',
    arguments: [{ name: 'resourceUri', description: 'Which one.', required: true }],
  },
  { name: 'test_prompt_with_image', description: 'Brings an image.' },
  { name: 'test_input_required_result_prompt', description: 'Asks the person first; modern clients only.' },
]

export function promptFixture(name: string, args: Readonly<Record<string, string>>, { mcpReq }: ServerContext) {
  switch (name) {
    case 'test_simple_prompt':
      return says(text('This is a simple prompt for testing.'))
    case 'test_prompt_with_arguments':
      return says(text(`Prompt with arguments: arg1='${args['arg1']}', arg2='${args['arg2']}'`))
    case 'test_prompt_with_embedded_resource': {
      const resource = { uri: args['resourceUri'] ?? '', mimeType: 'text/plain', text: 'Embedded resource content for testing.' }
      return says({ type: 'resource', resource }, text('Please process the embedded resource above.'))
    }
    case 'test_prompt_with_image':
      return says({ type: 'image', data: PNG, mimeType: 'image/png' }, text('Please analyze the image above.'))
    case 'test_input_required_result_prompt':
      return inputResponse(mcpReq.inputResponses, 'user_context').kind === 'missing'
        ? inputRequired({ inputRequests: { user_context: ask('What context should the prompt use?', 'context') } })
        : says(text('Use the context that was given.'))
    default:
      return undefined
  }
}

function text(content: string): PromptMessage['content'] {
  return { type: 'text', text: content }
}

function says(...contents: PromptMessage['content'][]): GetPromptResult {
  return { messages: contents.map((content) => ({ role: 'user', content })) }
}
