import type { RegistryKind } from '../../api/types'
import type { ShownStep } from '../../api/useRegistryTest'
import type { Texts } from '../../i18n/en'
import type { Formatters } from '../../i18n/format'

function tlsWord(texts: Texts, tls: string | undefined): string | undefined {
  switch (tls) {
    case 'plain':
    case 'verified':
    case 'unverified':
      return texts.test.tls[tls]
    default:
      return undefined
  }
}

function catalogueWord(texts: Texts, catalogue: string | undefined): string | undefined {
  switch (catalogue) {
    case 'available':
    case 'missing':
    case 'unknown':
      return texts.test.catalogue[catalogue]
    default:
      return undefined
  }
}

/** The name of a product as people know it; the server's own word for one this console does not know. */
export function productName(texts: Texts, product: string): string {
  return (texts.kind as Record<string, string>)[product as RegistryKind] ?? product
}

function certificate(texts: Texts, format: Formatters, facts: ShownStep['facts']): string | undefined {
  const { certificate_issuer: issuer, certificate_expires_at: end } = facts
  return issuer !== undefined && end !== undefined ? texts.test.certificate(issuer, format.date(end)) : undefined
}

/** The certificate that was refused, in words. */
export function refusedCertificate(texts: Texts, format: Formatters, { facts }: ShownStep): string | undefined {
  const { certificate_subject: subject, certificate_issuer: issuer, certificate_expires_at: end } = facts
  if (subject === undefined || issuer === undefined || end === undefined) return undefined
  return texts.test.refusedCertificate(subject, issuer, format.date(end))
}

function parts(texts: Texts, format: Formatters, { step, facts }: ShownStep): (string | undefined)[] {
  switch (step) {
    case 'resolve':
      return [facts.addresses]
    case 'connect':
      return [facts.address, tlsWord(texts, facts.tls), certificate(texts, format, facts)]
    case 'detect':
      return [facts.product && [productName(texts, facts.product), facts.version].filter(Boolean).join(' ')]
    case 'authenticate':
      return [facts.account ? texts.test.signedInAs(facts.account) : texts.test.anonymous]
    case 'rights':
      return [catalogueWord(texts, facts.catalogue)]
  }
}

/** What a finished step found out, in words. */
export function stepFacts(texts: Texts, format: Formatters, step: ShownStep): string {
  // Of a test that ran while something was being saved only the failure is known.
  return step.status !== 'ok' || step.duration_ms === null ? '' : parts(texts, format, step).filter(Boolean).join(' · ')
}
