import { readFileSync } from 'node:fs'
import { strToU8, zipSync } from 'fflate'
import { AppError } from '../../base/errors.ts'
import type { BridgeVariables, Installation } from './launch.ts'

/** A date in every entry, so that the same version is the same file: the first that a zip can hold. */
const ZIP_EPOCH = new Date(1980, 0, 2)

/**
 * An extension for Claude Desktop (`.mcpb`): the bridge alone, run by the app's own Node. It lives apart from the configuration that the app
 * rewrites, and needs nothing of this machine but a running server. It holds no token. Throws `unavailable` when the bridge is not built.
 */
export function buildBundle({ bridgeFile, version }: Pick<Installation, 'bridgeFile' | 'version'>, variables: BridgeVariables): Buffer {
  const manifest = `${JSON.stringify(manifestOf(version, variables), null, 2)}\n`
  const files = { 'manifest.json': strToU8(manifest), 'server/tmws-bridge.cjs': readBridge(bridgeFile) }
  return Buffer.from(zipSync(files, { level: 9, mtime: ZIP_EPOCH }))
}

function readBridge(file: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(file))
  } catch (cause) {
    throw new AppError('unavailable', `${file} is not there; run npm run build, or install TMWS again.`, { cause })
  }
}

function manifestOf(version: string, { TMWS_RUNTIME_FILE: runtimeFile }: BridgeVariables): object {
  return {
    manifest_version: '0.3',
    name: 'tmws',
    display_name: 'TMWS',
    version,
    description: 'One shared memory for all of your AI agents, on your own machine.',
    long_description:
      'Connects Claude Desktop to the TMWS server on this machine, so that what one agent keeps, the others can find. TMWS itself must be running: open the app, or run `tmws --server`.',
    author: { name: 'TMWS contributors' },
    license: 'MIT',
    keywords: ['memory', 'agents', 'local'],
    server: {
      type: 'node',
      entry_point: 'server/tmws-bridge.cjs',
      mcp_config: {
        command: 'node',
        args: ['${__dirname}/server/tmws-bridge.cjs'],
        env: {
          TMWS_AGENT_ID: '${user_config.agent_id}',
          TMWS_AGENT_NAMESPACE: '${user_config.namespace}',
          ...(runtimeFile !== undefined && { TMWS_RUNTIME_FILE: runtimeFile }),
          // What could serve from the database itself is not in here, and the app may not start programs.
          TMWS_STDIO_FALLBACK: 'false',
        },
      },
    },
    tools_generated: true,
    prompts_generated: true,
    compatibility: { platforms: ['darwin', 'win32', 'linux'], runtimes: { node: '>=22.14.0' } },
    user_config: {
      agent_id: {
        type: 'string',
        title: 'Agent id',
        description: 'Who Claude Desktop is to TMWS. Memories belong to this name.',
        default: 'claude-desktop',
        required: true,
      },
      namespace: {
        type: 'string',
        title: 'Namespace',
        description: 'The project or team it works for.',
        default: 'default',
        required: false,
      },
    },
  }
}
