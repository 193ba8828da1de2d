import { parentPort } from 'node:worker_threads'
import { AppError } from '../base/errors.ts'
import { serveWorkerChannel } from '../base/worker-channel.ts'
import type { CancelRequest, LoadedModel, LoadRequest, QueryRequest, TextsRequest } from './embedding-protocol.ts'
import { packVectors } from './embedding-protocol.ts'
import { embedQuerySteps, embedTextsSteps } from './embedding-steps.ts'
import { readHubModel } from './hub-model.ts'
import { LOCAL_MODEL, readManifest, verifyModelFiles } from './model-manifest.ts'
import { builtInSpec } from './model-spec.ts'
import type { ModelSpec } from './model-spec.ts'
import { NativeGate } from './native-gate.ts'
import { openOnnxEngine } from './onnx-engine.ts'
import type { OnnxEngine } from './onnx-engine.ts'
import { WorkLanes } from './work-lanes.ts'

/** The thread on which the model lives. One `load`, then `query`, `texts` and `cancel` in any number, then `close`. */

const closing = new AbortController()
const lanes = new WorkLanes()
let engine: OnnxEngine | undefined

async function load({ modelFolder, layout, name, file, prefixes, threads, gate }: LoadRequest): Promise<LoadedModel> {
  const spec =
    layout === 'built-in' ? await verifiedBuiltIn(modelFolder) : await readHubModel(modelFolder, { name, file, prefixes }, closing.signal)
  closing.signal.throwIfAborted()
  const opened = await openGated(new NativeGate(gate), spec, threads)
  // The first run prepares buffers and is slow; it also shows what the model gives.
  const [{ length } = []] = await opened.embed([opened.tokenize('warm up')], 'text')
  if (spec.dimensions !== undefined && spec.dimensions !== length)
    throw new Error(`The model gives ${length} dimensions instead of ${spec.dimensions}.`)
  engine = opened
  return { modelId: spec.idFor(length), dimensions: length }
}

async function verifiedBuiltIn(modelFolder: string): Promise<ModelSpec> {
  const manifest = await readManifest(modelFolder)
  if (manifest.id !== LOCAL_MODEL.id) {
    throw new AppError(
      'unavailable',
      `The embedding model is ${manifest.id}, but ${LOCAL_MODEL.id} is needed; run \`npm run build\` to build it.`,
    )
  }
  await verifyModelFiles(modelFolder, manifest, closing.signal)
  return builtInSpec(modelFolder)
}

/** The engine with each call of native code behind the gate. */
async function openGated(gate: NativeGate, spec: ModelSpec, threads: number): Promise<OnnxEngine> {
  const inner = await gate.pass(() => openOnnxEngine(spec, { threads }))
  return { ...inner, embed: (windows, kind) => gate.pass(() => inner.embed(windows, kind)), close: () => gate.pass(() => inner.close()) }
}

async function close(port: NonNullable<typeof parentPort>): Promise<void> {
  closing.abort()
  await lanes.close()
  await engine?.close()
  // After the answer to this request is out; with the port closed nothing keeps the thread.
  setImmediate(() => port.close())
}

function loaded(): OnnxEngine {
  if (!engine) throw new AppError('unavailable', 'The embedding model is still loading.')
  return engine
}

if (parentPort) {
  const port = parentPort
  // Payloads come from local-embedder.ts only, which writes them by the same types.
  serveWorkerChannel(port, async (method, payload) => {
    switch (method) {
      case 'load':
        return load(payload as LoadRequest)
      case 'query': {
        const { job, text } = payload as QueryRequest
        return lanes.add('query', job, embedQuerySteps(loaded(), text))
      }
      case 'texts': {
        const { job, texts } = payload as TextsRequest
        return packVectors(await lanes.add('texts', job, embedTextsSteps(loaded(), texts)))
      }
      case 'cancel':
        lanes.cancel((payload as CancelRequest).job)
        return undefined
      case 'close':
        return close(port)
      default:
        throw new Error(`The embedding thread knows no method ${method}.`)
    }
  })
}
