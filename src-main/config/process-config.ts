import { loadConfig } from './config.ts'
import type { ServerConfig } from './config.ts'
import { readEnvironment } from './env.ts'
import type { Environment } from './env.ts'
import { readSettings } from './read-settings.ts'
import type { RawSettings } from './read-settings.ts'
import { securityProblems } from './security-config.ts'

/** Who the agent of this process is, as its environment says; nothing is checked here. */
export function readAgentVariables(): { readonly agentId?: string; readonly namespace?: string; readonly capabilities?: string } {
  const { settings } = readEnvironment()
  const [agentId, namespace, capabilities] = [
    settings['TMWS_AGENT_ID'],
    settings['TMWS_AGENT_NAMESPACE'],
    settings['TMWS_AGENT_CAPABILITIES'],
  ]
  return {
    ...(agentId !== undefined && { agentId }),
    ...(namespace !== undefined && { namespace }),
    ...(capabilities !== undefined && { capabilities }),
  }
}

/** What the environment of this process sets. */
export function processEnvironment(): Environment {
  return readEnvironment()
}

/** Every reason why these settings would not start in production; empty when they would. Throws for a value that is not allowed at all. */
export function productionProblems(flags: RawSettings['flags'] = {}, environment = readEnvironment()): string[] {
  return securityProblems(readSettings({ flags: { ...flags, environment: 'production' }, environment }).values)
}

/** The configuration of this process: its environment, the flags it was given, and secrets kept for it. Throws what `loadConfig` throws. */
export function loadProcessConfig(
  flags: RawSettings['flags'] = {},
  environment = readEnvironment(),
  kept: NonNullable<RawSettings['kept']> = {},
): ServerConfig {
  return loadConfig({ flags, environment, kept })
}

export { inheritedEnvironment } from './env.ts'
