import type { Registry } from '../../api/types'
import { useTexts } from '../../i18n/context'
import { reasonText } from '../../i18n/problemText'
import { Age } from '../../ui/Age'
import { CertificateChip } from '../../ui/CertificateChip'
import { Duration } from '../../ui/Duration'
import { HealthChip } from '../../ui/HealthChip'
import { UnverifiedChip } from '../../ui/UnverifiedChip'

/** Health in the list: the word, then the cause or the latency, and how old that knowledge is. */
export function HealthCell({ registry }: { registry: Registry }) {
  const texts = useTexts()
  const { status, reason, latency_ms: latency, checked_at: checkedAt, last_success_at: lastSuccess } = registry.health
  const showReason = status !== 'healthy' && reason
  return (
    <>
      <span className="chips">
        <HealthChip health={status} />
        {!registry.verified && <UnverifiedChip />}
        <CertificateChip expiresAt={registry.certificate?.expires_at} />
      </span>
      <div className="fine num health-detail">
        {showReason ? reasonText(texts, reason).short : latency != null && <Duration ms={latency} />}
        {checkedAt && (showReason || latency != null) && ' · '}
        {checkedAt && <Age at={checkedAt} />}
        {status === 'unhealthy' && lastSuccess && (
          <>
            <br />
            {texts.registry.lastSuccess} <Age at={lastSuccess} />
          </>
        )}
      </div>
    </>
  )
}
