const DAY_MS = 86_400_000
const SOON_DAYS = 14

/** How a certificate stands: whole days until it ends, negative once it has, and whether that needs attention. */
export interface CertificateState {
  days: number
  tone: 'well' | 'soon' | 'ended'
}

/** How the certificate that ends at `expiresAt` stands at `nowMs`. */
export function certificateState(expiresAt: string, nowMs: number): CertificateState {
  const left = Date.parse(expiresAt) - nowMs
  const days = Math.floor(left / DAY_MS)
  if (left <= 0) return { days, tone: 'ended' }
  return { days, tone: left < SOON_DAYS * DAY_MS ? 'soon' : 'well' }
}
