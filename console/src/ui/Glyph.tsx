import type { ReactNode } from 'react'
import type { RegistryKind } from '../api/types'

/*
 * Own, neutral signs for the kinds: no maker's mark is copied. A beacon stands for Harbor, stacked containers for a
 * plain registry, a leaping arc over a line for Artifactory.
 */
const SIGNS: Record<RegistryKind, ReactNode> = {
  harbor: (
    <>
      <path d="M10 9h4l2 11H8z" />
      <path d="M9.6 5.5h4.8V9H9.6zM12 3v2.5M5.5 5.2l2 .9M5.5 9.3l2-.9M18.5 5.2l-2 .9M18.5 9.3l-2-.9M6 20h12" />
    </>
  ),
  docker: (
    <>
      <rect x="3.5" y="13" width="7.5" height="6.5" rx="1" />
      <rect x="13" y="13" width="7.5" height="6.5" rx="1" />
      <rect x="8.25" y="4.5" width="7.5" height="6.5" rx="1" />
      <path d="M7.25 13v2.4M16.75 13v2.4M12 4.5v2.4" />
    </>
  ),
  jfrog: (
    <>
      <path d="M4 15.5a8 8 0 0 1 16 0" />
      <path d="M8.5 15.5a3.5 3.5 0 0 1 7 0M4 19.5h16" />
      <path d="M17.2 12.4 20 15.5l1.6-3.8" />
    </>
  ),
}

interface GlyphProps {
  kind: RegistryKind
  size?: number
}

/** The sign of a registry's kind; the kind is always written beside it. */
export function Glyph({ kind, size = 32 }: GlyphProps) {
  return (
    <span className={`glyph ${kind}`} style={{ width: size, height: size }} aria-hidden>
      <svg
        width={size * 0.58}
        height={size * 0.58}
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.7"
        strokeLinecap="round"
        strokeLinejoin="round"
      >
        {SIGNS[kind]}
      </svg>
    </span>
  )
}
