interface SettingsProgressProps {
  readonly label: string
  /** Absent: nobody can tell. */
  readonly done?: number
  readonly total: number
  readonly facts: readonly string[]
}

/** How far a long piece of work is. */
export function SettingsProgress({ label, done, total, facts }: SettingsProgressProps) {
  return (
    <div className="settings-progress">
      <p>{label}</p>
      <progress aria-label={label} {...(done !== undefined && { value: done })} max={Math.max(total, 1)} />
      <p className="figures faint" role="status">
        {facts.join(' · ')}
      </p>
    </div>
  )
}
