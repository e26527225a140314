import type { Certificate } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { certificateState } from '../../lib/certificate'
import { useNow } from '../../lib/clock'
import { CertificateChip } from '../../ui/CertificateChip'

/** Until when the certificate is good and who issued it. */
export function CertificateLine({ certificate }: { certificate: Certificate }) {
  const { texts, format } = useI18n()
  const { days, tone } = certificateState(certificate.expires_at, useNow())
  return (
    <span className="certificate">
      <span className="num">
        {tone === 'ended'
          ? texts.certificate.endedOn(format.date(certificate.expires_at))
          : texts.certificate.goodUntil(format.date(certificate.expires_at))}
        {tone === 'well' && <span className="fine"> · {texts.certificate.left(format.number(days), days === 1)}</span>}
      </span>
      {tone === 'soon' && <CertificateChip expiresAt={certificate.expires_at} />}
      <span className="fine break">
        {certificate.self_signed ? texts.certificate.selfSigned : certificate.issuer !== '' && texts.certificate.issuedBy(certificate.issuer)}
      </span>
    </span>
  )
}
