import { ERROR_TABLE } from '../../src-main/contract/errors.ts'
import type { ErrorBody } from '../../src-main/contract/errors.ts'
import { REST_ROUTES, canCarry, fullPathOf, pathNamesOf } from '../../src-main/contract/rest.ts'
import { TOOLS } from '../../src-main/contract/tools.ts'
import type { ToolName } from '../../src-main/contract/tools.ts'
import type { ToolContract } from '../../src-main/contract/tools/tool-contract.ts'
import type { ApiDocument } from '../api-document/api-document.ts'
import { send } from '../api-document/send.ts'
import type { SentAnswer } from '../api-document/send.ts'
import { RawSocket } from '../clients/raw-socket.ts'
import { expect } from '../fixtures.ts'
import type { RunningServer } from '../processes/server-process.ts'
import type { Refusal, TableWire } from './table-wire.ts'

/** REST. A tool is called by the route that takes the most of the input in its path; answers are held against the document. */
export class RestWire implements TableWire {
  readonly name = 'REST'
  readonly #document: ApiDocument
  readonly #server: Pick<RunningServer, 'apiUrl' | 'wsUrl' | 'ownerToken'>
  readonly #headers: Readonly<Record<string, string>>
  readonly #sockets: RawSocket[] = []

  constructor(
    server: Pick<RunningServer, 'apiUrl' | 'wsUrl' | 'ownerToken'>,
    document: ApiDocument,
    headers: Readonly<Record<string, string>>,
  ) {
    this.#server = server
    this.#document = document
    this.#headers = headers
  }

  async answerOf(tool: ToolName, input: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
    const answer = await this.#call(tool, input)
    expect([200, 201], answer.text).toContain(answer.status)
    return JSON.parse(answer.text) as Record<string, unknown> // an object, by its schema
  }

  async refusalOf(tool: ToolName, input: Readonly<Record<string, unknown>>): Promise<Refusal> {
    const answer = await this.#call(tool, input)
    const { error } = JSON.parse(answer.text) as { error?: ErrorBody } // by the schema of the status
    if (!error) throw new Error(`${tool} accepted ${JSON.stringify(input)}: ${answer.text}`)
    expect(answer.status).toBe(ERROR_TABLE[error.code].httpStatus)
    return { code: error.code, message: error.message }
  }

  /** The same wire as the person at the machine. */
  asOwner(): RestWire {
    return new RestWire(this.#server, this.#document, { authorization: `Bearer ${this.#server.ownerToken}` })
  }

  async connect(): Promise<string> {
    const socket = await RawSocket.open(this.#server.wsUrl, this.#headers)
    this.#sockets.push(socket)
    return String((await socket.next(({ method }) => method === 'welcome')).params?.['session_id'])
  }

  async close(): Promise<void> {
    await Promise.all(this.#sockets.map((socket) => socket.close()))
  }

  async #call(tool: ToolName, input: Readonly<Record<string, unknown>>): Promise<SentAnswer> {
    const { aliasOf = tool }: ToolContract = TOOLS[tool]
    const routes = REST_ROUTES.filter((candidate) => candidate.tool === aliasOf && canCarry(candidate, input))
    const route = routes.toSorted((a, b) => pathNamesOf(b).length - pathNamesOf(a).length)[0]
    if (!route) throw new Error(`No REST route carries ${tool} with ${JSON.stringify(input)}.`)
    const inPath = pathNamesOf(route)
    const outside = Object.entries(input).filter(([name]) => !inPath.includes(name) && !Object.hasOwn(route.fixed ?? {}, name))
    const others = Object.fromEntries(outside)
    const path = fullPathOf(route).replace(/:(\w+)/g, '{$1}')
    const request = {
      path: input,
      query: route.argumentsIn === 'query' ? others : {},
      ...(route.argumentsIn === 'body' && { body: others }),
    }
    const answer = await send(this.#server.apiUrl, route.method, path, request, this.#headers)
    expect(this.#document.faultsOf(route.method, path, answer), `${route.method} ${path}`).toEqual([])
    return answer
  }
}
