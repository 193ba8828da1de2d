/** Node-API version that better-sqlite3 13 is built for. */
const MIN_NAPI = 10
const MIN_NODE: readonly [number, number] = [22, 14]

/** Whether the server can run on this runtime. Imports nothing: it is asked before anything else is loaded. */
export function isSupportedNode(versions: { readonly node: string; readonly napi?: string | undefined }): boolean {
  const [major = 0, minor = 0] = versions.node.split('.').map(Number)
  const isNewEnough = major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1])
  return isNewEnough && Number(versions.napi ?? 0) >= MIN_NAPI
}
