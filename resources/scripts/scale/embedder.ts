import { silentLog } from '../../../src-main/base/log.ts'
import type { Embedder } from '../../../src-main/embedding/embedder.ts'
import { openEmbedder } from '../../../src-main/embedding/open-embedder.ts'
import { INSTALLED } from '../../../src-main/server/install-paths.ts'

/** The model that is shipped, ready. */
export async function openScaleEmbedder(): Promise<Embedder> {
  const embedder = openEmbedder({ provider: 'local', modelFolder: INSTALLED.modelFolder, log: silentLog })
  if (embedder.state.status === 'ready') return embedder
  await new Promise<void>((resolve, reject) => {
    const stop = embedder.onStateChange((state) => {
      if (state.status === 'loading') return
      stop()
      if (state.status === 'ready') resolve()
      else reject(new Error('message' in state ? state.message : 'The model is not ready.'))
    })
  })
  return embedder
}
