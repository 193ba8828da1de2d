import type { ServerConfig } from '../../config/config.ts'
import { dataPaths, defaultDataDir, defaultRuntimeFile } from '../../config/paths.ts'
import type { BridgeVariables } from './launch.ts'

/**
 * What a bridge must be told so that it finds this server, and serves from the same memories while it does not run. Nothing when all is in
 * its usual place. Ports are in the discovery file, so they may change. An address of a database is never here: it may hold a password.
 */
export function bridgeVariables(
  { runtimeFile, dataDir, database }: ServerConfig,
  machine: Parameters<typeof defaultDataDir>[0],
): BridgeVariables {
  return {
    ...(runtimeFile !== defaultRuntimeFile() && { TMWS_RUNTIME_FILE: runtimeFile }),
    ...(database.provider === 'sqlite' && dataDir !== defaultDataDir(machine) && { TMWS_DATA_DIR: dataDir }),
    ...(database.provider === 'sqlite' &&
      database.file !== dataPaths(dataDir).database && { TMWS_DATABASE_URL: `sqlite:${database.file}` }),
    ...(database.provider !== 'sqlite' && { TMWS_STDIO_FALLBACK: 'false' }),
  }
}
