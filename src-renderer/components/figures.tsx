export interface Figure {
  readonly key: string
  readonly value: string
  readonly label: string
}

/** The few numbers that answer "how much?" in one line. */
export function Figures({ figures }: { readonly figures: readonly Figure[] }) {
  return (
    <dl className="figure-row figures">
      {figures.map(({ key, value, label }) => (
        <div key={key}>
          <dd>{value}</dd>
          <dt>{label}</dt>
        </div>
      ))}
    </dl>
  )
}
