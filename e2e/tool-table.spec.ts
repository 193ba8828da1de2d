import type { PlaceholderName } from '../src-main/contract/examples/placeholders.ts'
import type { ToolExamples } from '../src-main/contract/examples/tool-example.ts'
import { inputJsonSchema, outputJsonSchema } from '../src-main/contract/json-schema.ts'
import { fillPlaceholders } from '../src-main/contract/testing/fill-placeholders.ts'
import type { Making } from '../src-main/contract/testing/fill-placeholders.ts'
import { TOOL_EXAMPLES } from '../src-main/contract/tool-examples.ts'
import { TOOLS } from '../src-main/contract/tools.ts'
import type { ToolName } from '../src-main/contract/tools.ts'
import type { ToolContract } from '../src-main/contract/tools/tool-contract.ts'
import { expect } from './fixtures.ts'
import { MCP_WAY_NAMES, test } from './tool-table/table-fixtures.ts'
import { RestWire } from './tool-table/rest-wire.ts'
import type { SeenRefusals } from './tool-table/seen-refusals.ts'
import type { TableWire } from './tool-table/table-wire.ts'

// Every tool on every wire, from the contract and its examples alone: a new tool is in this table as soon as it compiles.

const NAMES = Object.keys(TOOLS) as ToolName[] // the keys are the names
const isForMcp = (name: ToolName): boolean => (TOOLS[name] satisfies ToolContract).profile !== 'rest'

for (const name of NAMES) {
  test.describe(name, () => {
    test('REST', ({ rest, seenRefusals }) => answersAndRefuses(name, rest, seenRefusals))
    if (isForMcp(name)) {
      for (const way of MCP_WAY_NAMES) {
        test(way, async ({ mcp, seenRefusals }) => answersAndRefuses(name, await mcp(way), seenRefusals))
      }
    } else {
      test('unknown to MCP', async ({ mcp }) => {
        for (const way of MCP_WAY_NAMES) await (await mcp(way)).expectUnknown(name, {})
      })
    }
  })
}

for (const way of MCP_WAY_NAMES) {
  test(`tools/list is the contract: ${way}`, async ({ mcp }) => {
    const { listed } = await mcp(way)
    expect(listed.map(({ name, inputSchema, outputSchema }) => ({ name, inputSchema, outputSchema }))).toEqual(
      NAMES.filter(isForMcp).map((name) => ({
        name,
        inputSchema: inputJsonSchema(TOOLS[name]),
        outputSchema: outputJsonSchema(TOOLS[name]),
      })),
    )
  })
}

/** Sends every example of a tool. The wire checks the shape of each answer; here it is what is said, and that all wires say the same. */
async function answersAndRefuses(name: ToolName, wire: TableWire, seenRefusals: SeenRefusals): Promise<void> {
  const { valid, refused }: ToolExamples = TOOL_EXAMPLES[name]
  for (const example of valid) {
    await test.step(example.title, async () => {
      const { input } = await fillPlaceholders(example, makingBy(wire))
      await callerOf(wire, example.by).answerOf(name, { ...input })
    })
  }
  for (const example of refused) {
    await test.step(example.title, async () => {
      const made = new Map<PlaceholderName, string>()
      const { input, code, says, by } = await fillPlaceholders(example, makingBy(wire), made)
      const refusal = await callerOf(wire, by).refusalOf(name, input)
      expect(refusal).toEqual({ code, message: expect.stringContaining(says) })
      seenRefusals.expectTheSame(`${name}, ${example.title}`, wire.name, refusal, made)
    })
  }
}

function callerOf(wire: TableWire, by: 'owner' | undefined): TableWire {
  return by === 'owner' && wire instanceof RestWire ? wire.asOwner() : wire
}

function makingBy(wire: TableWire): Making {
  return { call: (tool, args, by) => callerOf(wire, by).answerOf(tool, args), connect: () => wire.connect() }
}
