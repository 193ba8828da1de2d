/** The mark: two streams that join into one stem, under what they keep. Reads as a T. */
export function Logo({ size = 20 }: { readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="var(--on-accent)"
      strokeWidth="2.2"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <rect width="24" height="24" rx="6" fill="var(--accent-fill)" stroke="none" />
      <path d="M5 6.5h14" opacity="0.65" />
      <path d="M5 11h2a5 5 0 0 1 5 5v2.5M19 11h-2a5 5 0 0 0-5 5" />
    </svg>
  )
}
