import { ArrowUp, ArrowUpDown, Plus } from 'lucide-react'
import { useCallback, useEffect, useRef, useState } from 'react'
import { Banner } from '../components/banner.tsx'
import { Button, IconButton } from '../components/button.tsx'
import { ChoiceMenu } from '../components/choice-menu.tsx'
import { FacetPanel } from '../components/facet-panel.tsx'
import { FilterPopover } from '../components/filter-popover.tsx'
import { ListSkeleton } from '../components/list-skeleton.tsx'
import { VIEWS, ViewSwitch, type View } from '../components/map/view-switch.tsx'
import { MemoryList } from '../components/memory-list.tsx'
import { SEARCH_BOX_ID, SearchBox } from '../components/search-box.tsx'
import { Splitter } from '../components/splitter.tsx'
import { count } from '../format/numbers.ts'
import { useShortcuts } from '../keyboard/use-shortcuts.ts'
import { NO_FILTERS, SORT_ORDERS, countFilters } from '../model/memory-filters.ts'
import { MOST_NEW } from '../state/live-list.ts'
import { DETAIL_WIDTH, clampDetailWidth } from '../state/preferences.ts'
import type { Route } from '../state/router.ts'
import type { Stores } from '../state/stores.ts'
import { useStore } from '../state/use-store.ts'
import { strings } from '../strings/strings.ts'
import { MemoryBulkBar } from './memory-bulk-bar.tsx'
import { MemoryView } from './map/memory-views.tsx'
import { MemoryDetailPane } from './memory-detail-pane.tsx'
import { MemoryListFace } from './memory-list-face.tsx'

const words = strings.memories

interface MemoriesScreenProps {
  readonly stores: Stores
  readonly onNew: () => void
}

/** What do my agents know? Is that right, and can I fix it? */
export function MemoriesScreen({ stores, onNew }: MemoriesScreenProps) {
  const { list, live, detail, router, actions, preferences, selection } = stores
  const state = useStore(list.store, (value) => value)
  const tickedIds = useStore(selection.store, (value) => value.ids)
  const facets = useStore(stores.facets.store, (value) => value)
  const selectedId = useStore(router.store, (route) => route.id)
  const view = useStore(router.store, (route): View => VIEWS.find((name) => name === route.view) ?? 'list')
  const isLost = useStore(stores.connection, (connection) => connection.status === 'reconnecting')
  const detailWidth = useStore(preferences, (value) => value.detailWidth)
  const now = useStore(stores.clock, (time) => Math.floor(time / 5000) * 5000)
  const listElement = useRef<HTMLDivElement>(null)
  const pane = useRef<HTMLElement>(null)
  const [isScrolled, setIsScrolled] = useState(false)
  const { items, query, filters, sort, newIds } = state
  const isSearch = state.answered !== undefined

  useEffect(() => {
    if (selectedId === undefined) detail.close()
    else detail.open(selectedId, list.find(selectedId))
  }, [selectedId, detail, list])
  useEffect(() => {
    live.setBusy(isScrolled || selectedId !== undefined || tickedIds.size > 0)
    return () => live.setBusy(false)
  }, [live, isScrolled, selectedId, tickedIds])

  const select = useCallback((id: string | undefined) => router.replace(memoriesRoute(view, id)), [router, view])
  const step = (by: number) => {
    if (view !== 'list') return
    const at = items.findIndex((memory) => memory.id === selectedId)
    const next = items[at < 0 ? 0 : Math.max(0, Math.min(items.length - 1, at + by))]
    if (next) select(next.id)
  }
  const trash = () => {
    const { memory } = detail.store.getState()
    if (!memory || memory.deleted_at !== undefined) return
    const at = items.findIndex((item) => item.id === memory.id)
    select((items[at + 1] ?? items[at - 1])?.id)
    void actions.moveToTrash(memory)
  }
  const tick = useCallback(
    (id: string, isRange: boolean) =>
      selection.toggle(
        id,
        list.store.getState().items.map((memory) => memory.id),
        isRange,
      ),
    [selection, list],
  )
  const leaveSearch = () => {
    listElement.current?.focus()
    if (selectedId === undefined) step(1)
  }
  const move = (by: number) => (event: KeyboardEvent) => {
    // Inside the pane and the filters the arrows belong to what has the focus.
    if (event.key.startsWith('Arrow') && event.target !== listElement.current && event.target !== document.body) return false
    step(by)
    return true
  }
  useShortcuts({
    j: move(1),
    ArrowDown: move(1),
    k: move(-1),
    ArrowUp: move(-1),
    Enter: (event) => {
      if (selectedId === undefined || (event.target !== listElement.current && event.target !== document.body)) return false
      pane.current?.focus()
      return true
    },
    e: () => (detail.edit(), true),
    '#': () => (trash(), true),
    x: () => (selectedId !== undefined && tick(selectedId, false), true),
    p: () => {
      const { memory } = detail.store.getState()
      if (memory && memory.deleted_at === undefined) void actions.setPinned(memory, !memory.pinned)
      return true
    },
    'mod+a': (event) => {
      if (event.target !== listElement.current) return false
      selection.set(items.map((memory) => memory.id))
      return true
    },
    Escape: () => {
      if (selectedId === undefined && tickedIds.size > 0) return (selection.clear(), true)
      if (selectedId === undefined) return false
      select(undefined)
      listElement.current?.focus()
      return true
    },
  })

  const panel = <FacetPanel {...facets} filters={filters} isSearch={query.trim() !== ''} onChange={(next) => list.replaceFilters(next)} />
  return (
    <main className="screen memories">
      <h1 className="visually-hidden">{words.title}</h1>
      <aside className="facet-column" aria-label={strings.facets.label}>
        {panel}
      </aside>
      <section className="list-column" aria-label={words.title}>
        <header className="list-head">
          <SearchBox
            query={query}
            isBusy={state.isRefreshing && query !== ''}
            onQuery={(next) => list.setQuery(next)}
            onLeave={leaveSearch}
          />
          <ViewSwitch view={view} onView={(next) => router.go(memoriesRoute(next, selectedId))} />
          <FilterPopover count={countFilters(filters)}>{panel}</FilterPopover>
          <IconButton label={`${words.new} (N)`} icon={<Plus size={16} />} aria-keyshortcuts="n" onClick={onNew} />
        </header>
        {isLost && (
          <Banner
            action={
              <Button small onClick={() => stores.retryNow()}>
                {strings.common.retry}
              </Button>
            }
          >
            <b>{strings.connection.reconnecting}</b> {strings.connection.lost}
          </Banner>
        )}
        {state.degraded !== undefined && (
          <Banner>
            <b>{words.degraded}</b> {state.degraded}
          </Banner>
        )}
        {state.status === 'ready' && state.error !== undefined && !isLost && (
          <Banner
            tone="error"
            action={
              <Button small onClick={() => void list.load()}>
                {strings.common.retry}
              </Button>
            }
          >
            {state.error}
          </Banner>
        )}
        {view !== 'list' && <MemoryView view={view} stores={stores} openId={selectedId} onOpen={select} />}
        <div className="list-bar" hidden={view !== 'list'}>
          <span className="figures faint" role="status">
            {state.status === 'ready' && (isSearch ? words.searchedFor(items.length) : words.total(state.total, count(state.total)))}
          </span>
          {(newIds.size > 0 || state.isStale) && (
            <Button look="primary" className="new-pill" icon={<ArrowUp size={14} />} onClick={() => live.showNew()}>
              {newIds.size > 0 ? words.newPill(Math.min(newIds.size, MOST_NEW), newIds.size > MOST_NEW) : words.refresh}
            </Button>
          )}
          {isSearch ? (
            <span className="faint best-match">
              <button type="button" className="facet-more" onClick={() => list.setWithWeak(!state.withWeak)}>
                {state.withWeak ? words.hideWeak : words.showWeak}
              </button>
              {words.bestMatch}
            </span>
          ) : (
            <ChoiceMenu
              label={words.sortBy}
              icon={<ArrowUpDown size={13} />}
              value={sort}
              options={SORT_ORDERS.map((order) => ({ value: order, text: words.sorts[order] }))}
              onChange={(order) => list.setSort(order)}
            />
          )}
        </div>
        {view === 'list' && <MemoryBulkBar stores={stores} />}
        <div className="list-body" hidden={view !== 'list'}>
          {state.status === 'loading' ? (
            <ListSkeleton />
          ) : items.length === 0 ? (
            <MemoryListFace
              state={state}
              onRetry={() => stores.retryNow()}
              onNew={onNew}
              onClear={() => list.replaceFilters(NO_FILTERS)}
              onWeak={() => list.setWithWeak(true)}
            />
          ) : (
            <MemoryList
              key={`${state.answered ?? ''} ${sort} ${JSON.stringify(filters)}`}
              ref={listElement}
              items={items}
              total={state.total}
              isSearch={isSearch}
              selectedId={selectedId}
              freshIds={state.freshIds}
              tickedIds={tickedIds}
              now={now}
              hasMore={state.nextCursor !== undefined}
              isRefreshing={state.isRefreshing}
              onSelect={select}
              onTick={tick}
              onNearEnd={() => void list.loadMore()}
              onScrolled={setIsScrolled}
            />
          )}
        </div>
      </section>
      {selectedId !== undefined && (
        <>
          <Splitter
            label={strings.detail.resize}
            width={detailWidth}
            {...DETAIL_WIDTH}
            onChange={(width) => preferences.setState({ detailWidth: clampDetailWidth(width) })}
          />
          <aside className="detail-pane" ref={pane} tabIndex={-1} aria-label={strings.detail.label} style={{ width: detailWidth }}>
            <MemoryDetailPane stores={stores} onTrash={trash} onClose={() => select(undefined)} />
          </aside>
        </>
      )}
    </main>
  )
}

function memoriesRoute(view: View, id: string | undefined): Route {
  return { screen: 'memories', ...(id !== undefined && { id }), ...(view !== 'list' && { view }) }
}

/** From any screen, after the memories are on it. */
export function focusSearch(): void {
  const focus = () => document.getElementById(SEARCH_BOX_ID)?.focus()
  focus()
  requestAnimationFrame(focus)
}
