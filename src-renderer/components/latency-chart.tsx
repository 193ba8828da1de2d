import { useMemo, useState } from 'react'
import { latency } from '../format/numbers.ts'
import { strings } from '../strings/strings.ts'
import { ChartPanel } from './chart-panel.tsx'
import { TimeChart, type ChartSeries } from './time-chart.tsx'

interface LatencyChartProps {
  readonly x: readonly number[]
  readonly p50: readonly (number | null)[]
  readonly p95: readonly (number | null)[]
  readonly end: number
  readonly seconds: number
  readonly theme: string
}

const P95 = 'var(--accent)'
const P50 = 'var(--text-3)'
const SERIES: readonly ChartSeries[] = [
  { key: 'p95', color: P95, kind: 'area' },
  { key: 'p50', color: P50, kind: 'line' },
]

/** Median and 95th percentile of the calls of the last minute, over time. */
export function LatencyChart({ x, p50, p95, end, seconds, theme }: LatencyChartProps) {
  const [hovered, setHovered] = useState<number>()
  const at = hovered ?? x.length - 1
  const show = (value: number | null | undefined) => (value == null ? '–' : latency(value))
  const values = useMemo(() => [p95, p50], [p50, p95])
  const legend = [
    { key: 'p50', color: P50, text: 'p50', figure: show(p50[at]) },
    { key: 'p95', color: P95, text: 'p95', figure: show(p95[at]) },
  ]
  const isQuiet = p95.every((value) => value === null)
  return (
    <ChartPanel title={strings.overview.latencyChart} legend={isQuiet ? [] : legend} note={isQuiet ? strings.overview.quiet : undefined}>
      <TimeChart
        label={strings.overview.latencySummary(show(p50.at(-1)), show(p95.at(-1)))}
        series={SERIES}
        x={x}
        values={values}
        end={end}
        seconds={seconds}
        leastTop={5}
        formatValue={latency}
        theme={theme}
        onHover={setHovered}
      />
    </ChartPanel>
  )
}
