import type { ToolName } from '../../src-main/contract/tools.ts'
import { checkOf, faultsOf } from '../api-document/schema-check.ts'
import { callAny, textOf } from '../clients/tool-calls.ts'
import type { ToolCaller } from '../clients/tool-calls.ts'
import { expect } from '../fixtures.ts'
import type { Refusal, TableWire } from './table-wire.ts'

export interface ListedTool {
  readonly name: string
  readonly inputSchema: object
  readonly outputSchema?: object | undefined
}

/** What the clients of both SDKs have, as far as the table uses it. */
export interface McpClient extends ToolCaller {
  listTools(): Promise<{ tools: ListedTool[] }>
  close(): Promise<void>
}

/** JSON-RPC's code for what a request asks for and there is not. */
const INVALID_PARAMS = -32602

/** MCP by an SDK's own client. Answers are held against the schemas that this very connection listed. */
export class McpWire implements TableWire {
  readonly name: string
  readonly listed: readonly ListedTool[]
  readonly #client: McpClient

  private constructor(name: string, client: McpClient, listed: readonly ListedTool[]) {
    this.name = name
    this.#client = client
    this.listed = listed
  }

  static async on(name: string, client: McpClient): Promise<McpWire> {
    return new McpWire(name, client, (await client.listTools()).tools)
  }

  async answerOf(tool: ToolName, input: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
    const result = await callAny(this.#client, tool, { ...input })
    expect(result.isError ?? false, textOf(result)).toBe(false)
    const schema = this.listed.find(({ name }) => name === tool)?.outputSchema
    if (!schema) throw new Error(`${tool} is not in tools/list, or without an output schema.`)
    expect(faultsOf(checkOf(schema), result.structuredContent)).toEqual([])
    expect(result.content.map(({ type }) => type)).toEqual(['text'])
    expect(JSON.parse(textOf(result))).toEqual(result.structuredContent)
    return result.structuredContent ?? {}
  }

  async refusalOf(tool: ToolName, input: Readonly<Record<string, unknown>>): Promise<Refusal> {
    const result = await callAny(this.#client, tool, { ...input })
    expect(result).toMatchObject({ isError: true, _meta: { 'tmws/error': { code: expect.any(String), message: expect.any(String) } } })
    expect(result.structuredContent).toBeUndefined()
    const { code, message } = result._meta?.['tmws/error'] as Refusal // matched above
    expect(textOf(result)).toBe(`${code}: ${message}`)
    return { code, message }
  }

  /** Calls a tool that MCP must not know. */
  async expectUnknown(tool: ToolName, input: Readonly<Record<string, unknown>>): Promise<void> {
    await expect(callAny(this.#client, tool, { ...input })).rejects.toMatchObject({
      code: INVALID_PARAMS,
      message: expect.stringContaining(`There is no tool "${tool}".`),
    })
  }

  connect(): Promise<string> {
    throw new Error('No tool that MCP knows is about a connection.')
  }

  close(): Promise<void> {
    return this.#client.close()
  }
}
