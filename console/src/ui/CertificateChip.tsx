import { IconCertificate } from '@tabler/icons-react'
import { useI18n } from '../i18n/context'
import { certificateState } from '../lib/certificate'
import { useNow } from '../lib/clock'
import { Chip } from './Chip'

/** Marks a certificate that ends within two weeks, or has ended; nothing for one that is well. */
export function CertificateChip({ expiresAt }: { expiresAt: string | undefined }) {
  const { texts, format } = useI18n()
  const now = useNow()
  if (expiresAt === undefined) return null
  const { days, tone } = certificateState(expiresAt, now)
  if (tone === 'well') return null
  return (
    <Chip tone={tone === 'ended' ? 'bad' : 'warn'} icon={<IconCertificate size={13} aria-hidden />}>
      {tone === 'ended' ? texts.certificate.ended : texts.certificate.left(format.number(days), days === 1)}
    </Chip>
  )
}
