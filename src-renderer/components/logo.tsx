/** The mark: two streams that join into one stem, and what they keep. Reads as a T. */
export function Logo({ size = 20 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" aria-hidden="true">
      <rect width="24" height="24" rx="6" fill="var(--accent-fill)" />
      <path d="M4.5 8H7a5 5 0 0 1 5 5v6M19.5 8H17a5 5 0 0 0-5 5" stroke="var(--on-accent)" strokeWidth="2.4" strokeLinecap="round" />
      <circle cx="12" cy="5.6" r="1.7" fill="var(--on-accent)" />
    </svg>
  )
}
