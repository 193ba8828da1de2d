import type { Clock } from '../../base/clock.ts'
import { toIso } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { inBackground } from '../../base/tracer.ts'
import type { MapLayout, MapStore, NewPlace } from '../../storage/map-store.ts'
import { MapThread } from './map-thread.ts'
import { hashedUnit } from './seeded-random.ts'

/** Which vectors the map is made of. */
export interface MapModel {
  readonly modelId: string
  /** 0 while that is not known. */
  readonly dimensions: number
}

export interface MapPlacerParts {
  readonly store: MapStore
  readonly model: () => MapModel
  readonly clock: Clock
  readonly log: Log
  /** Told after each run. */
  readonly onPlaced?: () => void
  /** Where several processes share a store: leave to be the one that works, undefined while another is. Absent: never asks. */
  readonly takeTurn?: () => Promise<{ release(): void } | undefined>
}

/** Landmarks of small stores and of large ones, and from how many memories on a store is large. */
const LANDMARKS = 1_200
const MANY_LANDMARKS = 2_400
const MANY = 10_000
/** Growth since the layout was made, as a factor, from which on it is made again. */
const OUTGROWN = 2
/** Rows read, placed or erased at once: none holds up another call of the store for long. */
const PAGE = 500
const SEQS_PAGE = 10_000
/** Time the layout works between two looks at whether it should go on, in milliseconds. */
const STEP_MS = 150
/** Of the work of a new layout, in parts of 1: reading, laying out; the rest is placing. */
const READ_PART = 0.15
const FIT_PART = 0.5
/** The least time between two runs, in milliseconds. */
const PAUSE_MS = 1_000

/**
 * Gives memories their places on the map, in the background and when somebody looks: new ones among those that are there, all of them
 * when there is no layout of the model in use, or the store has outgrown it. What has a place keeps it until then.
 */
export class MapPlacer {
  readonly #parts: MapPlacerParts
  readonly #abort = new AbortController()
  #running: Promise<void> | undefined
  #lastEndMs = -Infinity
  #progress = 0
  #problem: string | undefined

  constructor(parts: MapPlacerParts) {
    this.#parts = parts
  }

  get isRunning(): boolean {
    return this.#running !== undefined
  }

  /** Of the run that is under way, 0 to 1. */
  get progress(): number {
    return this.#progress
  }

  /** Why the last run failed, as a sentence. */
  get problem(): string | undefined {
    return this.#problem
  }

  /** Says that somebody looks at the map. Cheap; while a run is under way, or has just ended, nothing happens. */
  poke(): void {
    const isTooSoon = performance.now() - this.#lastEndMs < PAUSE_MS
    if (this.#running || isTooSoon || this.#abort.signal.aborted) return
    this.#progress = 0
    // It works for all who look, not for the request that woke it.
    this.#running = inBackground(() => this.#run()).finally(() => {
      this.#running = undefined
      this.#parts.onPlaced?.()
      this.#lastEndMs = performance.now()
    })
  }

  /** Resolves when no run is under way. For tests and tools. */
  async settled(): Promise<void> {
    while (this.#running) await this.#running
  }

  /** Breaks off what is under way; the places that were kept stay. */
  async close(): Promise<void> {
    this.#abort.abort()
    await this.settled()
  }

  async #run(): Promise<void> {
    const { takeTurn, log } = this.#parts
    let turn: { release(): void } | undefined
    try {
      turn = await takeTurn?.()
      if (takeTurn && !turn) return
      await this.#work()
      this.#problem = undefined
    } catch (error) {
      if (this.#abort.signal.aborted) return
      this.#problem = 'The map could not be worked out; the log says why. It is tried again while you look.'
      log.warn({ err: error }, 'the map could not be worked out')
    } finally {
      turn?.release()
    }
  }

  async #work(): Promise<void> {
    const { store, model } = this.#parts
    const { modelId, dimensions } = model()
    if (dimensions === 0) return
    const layout = await store.layout()
    const seqs = await this.#seqs(modelId)
    if (seqs.length === 0) return
    if (layout?.modelId === modelId && seqs.length <= layout.fitted * OUTGROWN) await this.#add(layout)
    else await this.#begin(modelId, seqs, layout)
    while ((await store.dropOldPlaces(PAGE)) > 0) this.#abort.signal.throwIfAborted()
  }

  /** A new layout: of landmarks first, the others among them. Nobody sees it before it is whole. */
  async #begin(modelId: string, seqs: readonly number[], former: MapLayout | undefined): Promise<void> {
    const { store, log } = this.#parts
    const startMs = performance.now()
    const landmarks = chooseLandmarks(seqs)
    await this.#onThread(async (thread) => {
      const versions = new Map<number, number>()
      for (const [part, page] of pagesOf(landmarks)) {
        const vectors = await store.vectorsOf(modelId, page)
        const places = new Map(former ? (await store.places(former.id, vectors.seqs)).map((place) => [place.seq, place]) : [])
        for (const [i, seq] of vectors.seqs.entries()) versions.set(seq, vectors.contentVersions[i] ?? 0)
        await thread.call('addLandmarks', { vectors, former: vectors.seqs.map((seq) => places.get(seq) ?? null) })
        this.#advance(READ_PART * part)
      }
      await thread.call('beginLayout')
      for (let share = 0; share < 1;) {
        share = await thread.call('advance', { budgetMs: STEP_MS })
        this.#advance(READ_PART + FIT_PART * share)
      }
      const plane = await thread.call('settle')
      const laid = [...versions].map(([seq, contentVersion], i) => placeAt(seq, contentVersion, plane.x[i], plane.y[i], true))
      const layoutId = await store.beginLayout({ modelId, fitted: seqs.length, landmarks: laid.length })
      for (const [, page] of pagesOf(laid)) await this.#put(layoutId, page)
      const others = seqs.filter((seq) => !versions.has(seq))
      await this.#place(thread, { layoutId, modelId, seqs: others, from: READ_PART + FIT_PART })
      await store.finishLayout(layoutId)
    })
    log.info(
      { memories: seqs.length, landmarks: landmarks.length, duration_ms: Math.round(performance.now() - startMs) },
      'the map was laid out',
    )
  }

  /** What has no place in the layout that is there, placed among its landmarks. */
  async #add({ id: layoutId, modelId }: MapLayout): Promise<void> {
    const { store } = this.#parts
    const waiting = await this.#seqs(modelId, layoutId)
    if (waiting.length === 0) return
    const isWaiting = new Set(waiting)
    // One whose content has changed is no landmark any more: its place is that of what it said before.
    const landmarks = (await store.places(layoutId, 'landmarks')).filter(({ seq }) => !isWaiting.has(seq))
    const bySeq = new Map(landmarks.map((place) => [place.seq, place]))
    await this.#onThread(async (thread) => {
      for (const [part, page] of pagesOf([...bySeq.keys()])) {
        const vectors = await store.vectorsOf(modelId, page)
        await thread.call('addLandmarks', { vectors, former: vectors.seqs.map((seq) => bySeq.get(seq) ?? null) })
        this.#advance(READ_PART * part)
      }
      await thread.call('keepLandmarks', { isReduced: waiting.length > PAGE })
      await this.#place(thread, { layoutId, modelId, seqs: waiting, from: READ_PART })
    })
  }

  async #place(
    thread: MapThread,
    {
      layoutId,
      modelId,
      seqs,
      from,
    }: { readonly layoutId: number; readonly modelId: string; readonly seqs: readonly number[]; readonly from: number },
  ): Promise<void> {
    for (const [part, page] of pagesOf(seqs)) {
      const vectors = await this.#parts.store.vectorsOf(modelId, page)
      const { x, y } = await thread.call('place', vectors)
      await this.#put(
        layoutId,
        vectors.seqs.map((seq, i) => placeAt(seq, vectors.contentVersions[i], x[i], y[i], false)),
      )
      this.#advance(from + (1 - from) * part)
    }
  }

  async #put(layoutId: number, places: readonly NewPlace[]): Promise<void> {
    this.#abort.signal.throwIfAborted()
    await this.#parts.store.putPlaces(layoutId, places)
  }

  async #seqs(modelId: string, unplacedIn?: number): Promise<number[]> {
    const { store, clock } = this.#parts
    const all: number[] = []
    for (let page = [0]; page.length > 0;) {
      const more = { after: all.at(-1) ?? 0, limit: SEQS_PAGE, now: toIso(clock.now()), ...(unplacedIn !== undefined && { unplacedIn }) }
      page = await store.embedded(modelId, more)
      all.push(...page)
      this.#abort.signal.throwIfAborted()
    }
    return all
  }

  /** The thread ends with the work, and at once when the work is broken off. */
  async #onThread(work: (thread: MapThread) => Promise<void>): Promise<void> {
    const thread = new MapThread()
    const stop = () => void thread.close()
    this.#abort.signal.addEventListener('abort', stop, { once: true })
    try {
      await work(thread)
    } finally {
      this.#abort.signal.removeEventListener('abort', stop)
      await thread.close()
    }
  }

  #advance(progress: number): void {
    this.#abort.signal.throwIfAborted()
    this.#progress = progress
  }
}

/** A sample that changes little when memories come or go: those whose numbers hash lowest. */
function chooseLandmarks(seqs: readonly number[]): number[] {
  const count = seqs.length > MANY ? MANY_LANDMARKS : LANDMARKS
  if (seqs.length <= count) return [...seqs]
  return [...seqs]
    .sort((a, b) => hashedUnit(a) - hashedUnit(b))
    .slice(0, count)
    .sort((a, b) => a - b)
}

/** Pages, each with the part of all that is done after it, 0 to 1. */
function* pagesOf<T>(all: readonly T[]): Generator<[number, T[]]> {
  for (let i = 0; i < all.length; i += PAGE) yield [Math.min(1, (i + PAGE) / all.length), all.slice(i, i + PAGE)]
}

function placeAt(
  seq: number,
  contentVersion: number | undefined,
  x: number | undefined,
  y: number | undefined,
  isLandmark: boolean,
): NewPlace {
  return { seq, x: x ?? 0, y: y ?? 0, contentVersion: contentVersion ?? 0, isLandmark }
}
