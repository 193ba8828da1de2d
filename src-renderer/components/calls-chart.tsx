import { useMemo, useState } from 'react'
import { agentColor } from '../format/agent-color.ts'
import type { StackedSeries } from '../model/rate-series.ts'
import { rate } from '../format/numbers.ts'
import { strings } from '../strings/strings.ts'
import { ChartPanel, type LegendEntry } from './chart-panel.tsx'
import { TimeChart } from './time-chart.tsx'

interface CallsChartProps {
  readonly x: readonly number[]
  readonly series: readonly StackedSeries[]
  readonly peak: number
  /** Epoch seconds. */
  readonly end: number
  readonly seconds: number
  readonly theme: string
}

const OTHERS = 'var(--text-3)'

/** Calls per second, stacked by agent. */
export function CallsChart({ x, series, peak, end, seconds, theme }: CallsChartProps) {
  const [hovered, setHovered] = useState<number>()
  const at = hovered ?? x.length - 2
  const colorOf = (agentId?: string) => (agentId === undefined ? OTHERS : agentColor(agentId))
  const now = series.reduce((sum, { own }) => sum + (own[at] ?? 0), 0)
  const legend: LegendEntry[] = series.map(({ agentId, own }) => ({
    key: agentId ?? '',
    color: colorOf(agentId),
    text: agentId ?? strings.overview.otherAgents,
    ...(hovered === undefined ? {} : { figure: rate(own[at] ?? 0) }),
  }))
  // The highest sum is drawn first and the lower ones over it: what stays visible of each is its own share.
  const drawn = useMemo(() => series.toReversed(), [series])
  const values = useMemo(() => drawn.map(({ top }) => top), [drawn])
  return (
    <ChartPanel title={strings.overview.callsChart} legend={legend} note={series.length === 0 ? strings.overview.noCalls : undefined}>
      <TimeChart
        label={strings.overview.callsSummary(rate(now), rate(peak))}
        series={drawn.map(({ agentId }) => ({ key: agentId ?? '', color: colorOf(agentId), kind: 'bars' }))}
        x={x}
        values={values}
        end={end}
        seconds={seconds}
        leastTop={4}
        formatValue={rate}
        theme={theme}
        onHover={setHovered}
      />
    </ChartPanel>
  )
}
