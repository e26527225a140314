/** The product's sign: a sail above the water. */
export function Logo({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 26 26" aria-hidden>
      <rect width="26" height="26" rx="7" fill="#0b6590" />
      <path
        d="M6 15.2c2.3 0 2.3 1.7 4.67 1.7s2.33-1.7 4.66-1.7 2.34 1.7 4.67 1.7M6 19.2c2.3 0 2.3 1.7 4.67 1.7s2.33-1.7 4.66-1.7 2.34 1.7 4.67 1.7"
        stroke="#a6cfe3"
        strokeWidth="1.6"
        fill="none"
        strokeLinecap="round"
      />
      <path
        d="M13 4.5v8M13 4.5l5.2 6.4H13M8.4 12.6h9.6"
        stroke="#fff"
        strokeWidth="1.7"
        fill="none"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}
