/** A turning ring; the words beside it say what is going on. */
export function Spinner({ size = 16 }: { size?: number }) {
  return (
    <svg className="spinner" width={size} height={size} viewBox="0 0 16 16" aria-hidden>
      <circle cx="8" cy="8" r="6.5" fill="none" stroke="var(--rs-line)" strokeWidth="2" />
      <path d="M8 1.5a6.5 6.5 0 0 1 6.5 6.5" fill="none" stroke="var(--rs-accent)" strokeWidth="2" strokeLinecap="round" />
    </svg>
  )
}
