import { inputJsonSchema } from '../contract/json-schema.ts'
import { isInProfile, TOOLS } from '../contract/tools.ts'
import type { ToolContract, ToolProfile } from '../contract/tools/tool-contract.ts'

export interface ProfileCost {
  readonly profile: ToolProfile
  readonly tools: number
  /** What a model reads before it says a word; models count differently, so this is a measure and no bill. */
  readonly aboutTokens: number
}

const PROFILES: readonly ToolProfile[] = ['core', 'standard', 'all']
/** Of English and JSON, with the tokenizers of today. */
const CHARACTERS_PER_TOKEN = 4
const ROUNDED_TO = 100

/** What each tool profile costs a model: the names, descriptions and input schemas of its tools. */
export function profileCosts(): ProfileCost[] {
  return PROFILES.map((profile) => {
    const tools = Object.values(TOOLS).filter((tool) => isInProfile(tool, profile))
    const tokens = tools.reduce((sum, tool) => sum + charactersOf(tool), 0) / CHARACTERS_PER_TOKEN
    return { profile, tools: tools.length, aboutTokens: Math.round(tokens / ROUNDED_TO) * ROUNDED_TO }
  })
}

function charactersOf(tool: ToolContract): number {
  return tool.name.length + tool.description.length + JSON.stringify(inputJsonSchema(tool)).length
}
