import { createHash } from 'node:crypto'
import type { Hash } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError } from '../../base/errors.ts'
import { neededFiles, readListing } from './hub-listing.ts'
import type { HubFile, HubListing } from './hub-listing.ts'

export interface HubModelPlace {
  /** `organisation/name`. */
  readonly id: string
  readonly revision: string
  /** Without a slash at its end. */
  readonly hubUrl: string
  readonly token?: string
  /** Of the graph, when it is not the usual one. */
  readonly file?: string
  /** Where the model is to lie. */
  readonly folder: string
  /** False: another process may be downloading; wait for it. Defaults to true. */
  readonly mayDownload?: boolean
  /** Without a byte for so long, in milliseconds, a connection is given up. Defaults to 60,000. */
  readonly stallMs?: number
}

/**
 * Sees to it that a model lies in its folder. One that is there is left alone, whoever put it there; otherwise its files are downloaded
 * beside it, each checked, and the folder appears whole. What was downloaded before an interruption is not fetched again. Throws
 * `unavailable` with what to do; nobody waits for this but search by meaning.
 */
export async function bringHubModel(place: HubModelPlace, tell: (message: string) => void, signal: AbortSignal): Promise<void> {
  if (await stat(place.folder).catch(() => undefined)) return
  if (place.mayDownload === false)
    throw new AppError('unavailable', `The model ${place.id} is not on this machine yet; a server of these settings downloads it.`)
  try {
    tell(`The model ${place.id} is being downloaded.`)
    const listing = await fetchListing(place, signal)
    await download(place, listing, tell, signal)
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof AppError ? error : new AppError('unavailable', offlineSentence(place, error))
  }
}

async function fetchListing(place: HubModelPlace, signal: AbortSignal): Promise<HubListing> {
  const { id, revision } = place
  const response = await ask(place, `/api/models/${id}/revision/${encodeURIComponent(revision)}?blobs=true`, {}, signal)
  if (response.status === 404 || response.status === 401 || response.status === 403)
    throw new AppError(
      'unavailable',
      `The model hub does not give out ${id} (${response.status}): check TMWS_EMBEDDING_MODEL, and for a closed model TMWS_EMBEDDING_API_KEY.`,
    )
  if (!response.ok) throw new Error(`HTTP ${response.status}`)
  const listing = readListing(await response.json())
  if (!listing) throw new AppError('unavailable', 'The model hub gives an answer that is no list of files; check TMWS_EMBEDDING_HUB_URL.')
  return listing
}

async function download(place: HubModelPlace, listing: HubListing, tell: (message: string) => void, signal: AbortSignal): Promise<void> {
  const files = neededFiles(place.id, listing, place.file)
  const draft = `${place.folder}.download-${listing.commit.slice(0, 12)}`
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  let before = 0
  let toldPercent = -1
  for (const file of files) {
    await bringFile(place, listing.commit, file, draft, signal, (bytes) => {
      const percent = Math.floor((100 * (before + bytes)) / Math.max(1, total))
      if (percent !== toldPercent) tell(`The model ${place.id} is being downloaded: ${percent} % of ${(total / 1e6).toFixed(1)} MB.`)
      toldPercent = percent
    })
    before += file.bytes
  }
  await mkdir(dirname(place.folder), { recursive: true })
  await rename(draft, place.folder)
}

/** Downloads one file, or the rest of it. A file stands under its own name only after its checksum was right. */
async function bringFile(
  place: HubModelPlace,
  commit: string,
  file: HubFile,
  draft: string,
  signal: AbortSignal,
  progress: (bytes: number) => void,
): Promise<void> {
  const target = join(draft, ...file.path.split('/'))
  if (await stat(target).catch(() => undefined)) {
    progress(file.bytes)
    return
  }
  const part = `${target}.part`
  await mkdir(dirname(target), { recursive: true })
  const stalled = new AbortController()
  const either = AbortSignal.any([signal, stalled.signal])
  const timer = setTimeout(() => stalled.abort(new Error('no data')), place.stallMs ?? 60_000).unref()
  try {
    const has = (await stat(part).catch(() => undefined))?.size ?? 0
    const start = has > 0 && has < file.bytes ? has : 0
    const range = start > 0 ? { range: `bytes=${start}-` } : {}
    const response = await ask(place, `/${place.id}/resolve/${commit}/${file.path}`, range, either)
    if (!response.ok) throw new Error(`HTTP ${response.status} for ${file.path}`)
    // A server that knows no ranges sends the whole.
    const from = response.status === 206 ? start : 0
    const hash = hashFor(file)
    if (from > 0) hash.update((await readFile(part)).subarray(0, from))
    const handle = await open(part, from > 0 ? 'r+' : 'w')
    let at = from
    try {
      for await (const piece of response.body ?? []) {
        timer.refresh()
        if (at + piece.length > file.bytes) throw damaged(file)
        await handle.write(piece, 0, piece.length, at)
        hash.update(piece)
        at += piece.length
        progress(at)
      }
      await handle.sync()
    } finally {
      await handle.close()
    }
    if (at < file.bytes) throw new Error(`the connection ended in ${file.path}`)
    if (file.checksum && hash.digest('hex') !== file.checksum.value) throw damaged(file)
    await rename(part, target)
  } catch (error) {
    if (error instanceof AppError) await rm(part, { force: true })
    throw error
  } finally {
    clearTimeout(timer)
  }
}

/** Git names a file by the hash of a header and its content. */
function hashFor({ checksum, bytes }: HubFile): Hash {
  return checksum?.kind === 'git' ? createHash('sha1').update(`blob ${bytes}\0`) : createHash('sha256')
}

function ask(
  { hubUrl, token, stallMs = 60_000 }: HubModelPlace,
  path: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Response> {
  const limit = 'range' in headers || path.includes('/resolve/') ? signal : AbortSignal.any([signal, AbortSignal.timeout(stallMs)])
  // Followed to another host, a redirect goes without the key (fetch standard, "HTTP-redirect fetch").
  return fetch(hubUrl + path, { headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) }, signal: limit })
}

function damaged({ path }: HubFile): AppError {
  return new AppError('unavailable', `The downloaded file ${path} is damaged: its size or checksum differs. It is fetched again.`)
}

function offlineSentence({ id, hubUrl, file = 'onnx/model.onnx' }: HubModelPlace, error: unknown): string {
  const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined
  const reason = (error as NodeJS.ErrnoException | undefined)?.code ?? cause?.code ?? (error instanceof Error ? error.message : 'unknown')
  return (
    `The model ${id} cannot be downloaded from ${new URL(hubUrl).host} (${reason}); it is tried again. ` +
    `Without a network put its files (config.json, tokenizer.json, ${file} and 1_Pooling/config.json if it has one) into models/${id} of the data folder.`
  )
}
