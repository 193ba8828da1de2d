import { expect, test, vi } from 'vitest'
import { placeOnScreens } from './window-place.ts'

vi.mock('electron', () => ({ screen: {} }))

const LEFT = { x: 0, y: 25, width: 1920, height: 1055 }
const RIGHT = { x: 1920, y: 0, width: 1280, height: 800 }
const place = (x: number, y: number, width = 1280, height = 800) => ({ x, y, width, height, isMaximized: false })
const AT_FIRST = { width: 1280, height: 800 }

test.each([
  ['the first start', undefined, AT_FIRST],
  ['as it was', place(100, 60), { x: 100, y: 60, ...AT_FIRST }],
  ['on the second screen', place(1950, 10, 1100, 720), { x: 1950, y: 10, width: 1100, height: 720 }],
  ['half over the edge, still to be dragged', place(-1000, 60), { x: -1000, y: 60, ...AT_FIRST }],
  ['a strip too thin', place(-1200, 60), AT_FIRST],
  ['its bar above every screen', place(100, 0), AT_FIRST],
  ['below every screen', place(100, 1075), AT_FIRST],
  ['a screen that has gone', place(5000, 100), AT_FIRST],
  ['larger than the screen', place(0, 25, 9000, 9000), { x: 0, y: 25, width: 1920, height: 1055 }],
  ['smaller than it can be', place(0, 25, 10, 10), AT_FIRST],
] as const)('%s', (_what, remembered, expected) => {
  expect(placeOnScreens(remembered, [LEFT, RIGHT])).toEqual(expected)
})
