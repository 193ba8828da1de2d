import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import { strings } from '../strings/strings.ts'
import { resolveColor } from './resolve-color.ts'

export interface ChartSeries {
  readonly key: string
  /** Any CSS colour, also a variable. */
  readonly color: string
  readonly kind: 'bars' | 'line' | 'area'
}

interface TimeChartProps {
  readonly label: string
  readonly series: readonly ChartSeries[]
  /** Epoch seconds. */
  readonly x: readonly number[]
  readonly values: readonly (readonly (number | null)[])[]
  /** The right edge, in epoch seconds. */
  readonly end: number
  readonly seconds: number
  /** The axis reaches at least so high, so that one call does not fill the chart. */
  readonly leastTop: number
  readonly formatValue: (value: number) => string
  /** Changes when colours must be read again. */
  readonly theme: string
  readonly onHover: (index: number | undefined) => void
}

/** A chart of the last minutes that moves with the clock. Series are drawn in the order given, later ones on top. */
export function TimeChart(props: TimeChartProps) {
  const { label, series, x, values, end, seconds, leastTop, formatValue, theme, onHover } = props
  const host = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(null)
  const latest = useRef({ end, leastTop, formatValue, onHover })
  const shape = series.map(({ key, color, kind }) => `${key} ${color} ${kind}`).join('|')

  useEffect(() => {
    latest.current = { end, leastTop, formatValue, onHover }
  })

  useEffect(() => {
    const element = host.current
    if (!element) return
    const chart = new uPlot(optionsOf(element, series, seconds, latest.current, latest), [[]], element)
    plot.current = chart
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: element.clientHeight }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      chart.destroy()
      plot.current = null
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `shape` stands for the series; a new array each second must not rebuild the chart
  }, [shape, seconds, theme])

  useEffect(() => {
    const chart = plot.current
    if (!chart) return
    chart.batch(() => {
      chart.setData([[...x], ...values.map((row) => [...row])], false)
      chart.setScale('x', { min: end - seconds, max: end })
      chart.setScale('y', { min: 0, max: topOf(values, leastTop) })
    })
  }, [shape, theme, x, values, end, seconds, leastTop])

  return <div ref={host} className="time-chart" role="img" aria-label={label} />
}

interface Latest {
  readonly end: number
  readonly formatValue: (value: number) => string
  readonly onHover: (index: number | undefined) => void
}

function optionsOf(
  element: HTMLElement,
  series: readonly ChartSeries[],
  seconds: number,
  first: Latest,
  latest: { readonly current: Latest },
): uPlot.Options {
  const color = (name: string) => resolveColor(element, name)
  const axis = { stroke: color('var(--text-3)'), font: '11px Inter, system-ui, sans-serif', ticks: { show: false } }
  const grid = { stroke: color('var(--line)'), width: 1 / devicePixelRatio }
  const bars = uPlot.paths.bars?.({ size: [0.78, 100], align: 0, radius: 0.15 })
  return {
    width: element.clientWidth,
    height: element.clientHeight,
    padding: [8, 16, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    hooks: { setCursor: [(chart) => latest.current.onHover(chart.cursor.idx ?? undefined)] },
    scales: {
      x: { time: false, range: () => [latest.current.end - seconds, latest.current.end] },
      y: { range: (_, _min, max) => [0, max] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 24,
        gap: 6,
        splits: () => [0, 1, 2, 3, 4].map((minute) => latest.current.end - minute * 60),
        values: (_, splits) => splits.map((split) => strings.overview.minutesAgo(Math.round((latest.current.end - split) / 60))),
      },
      { ...axis, grid, size: 48, gap: 6, space: 40, values: (_, splits) => splits.map((split) => first.formatValue(split)) },
    ],
    series: [
      {},
      ...series.map(({ color: name, kind }): uPlot.Series => {
        if (kind === 'bars' && bars) return { fill: color(name), width: 0, paths: bars, points: { show: false } }
        const line = { stroke: color(name), width: 1.5, points: { show: false } }
        return kind === 'area' ? { ...line, fill: color(`color-mix(in oklch, ${name} 14%, transparent)`) } : line
      }),
    ],
  }
}

function topOf(values: TimeChartProps['values'], leastTop: number): number {
  let top = leastTop
  for (const row of values) for (const value of row) if (value !== null && value > top) top = value
  return top * 1.08
}
