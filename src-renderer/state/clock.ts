import { createStore, type StoreApi } from 'zustand/vanilla'

const TICK_MS = 1000

/** Epoch ms, once a second while the page is seen: what every relative time is counted from. */
export function createClock(): StoreApi<number> {
  const clock = createStore(() => Date.now())
  const tick = () => {
    if (!document.hidden) clock.setState(Date.now(), true)
  }
  setInterval(tick, TICK_MS)
  document.addEventListener('visibilitychange', tick)
  return clock
}
