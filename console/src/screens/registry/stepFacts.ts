import type { RegistryKind } from '../../api/types'
import type { ShownStep } from '../../api/useRegistryTest'
import type { Texts } from '../../i18n/en'

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

function parts(texts: Texts, { step, facts }: ShownStep): (string | undefined)[] {
  switch (step) {
    case 'resolve':
      return [facts.addresses]
    case 'connect':
      return [facts.address, tlsWord(texts, facts.tls)]
    case 'detect':
      return [facts.product && [productName(texts, facts.product), facts.version].filter(Boolean).join(' ')]
    case 'authenticate':
      return [facts.account ? texts.test.signedInAs(facts.account) : texts.test.anonymous]
    case 'rights':
      return [catalogueWord(texts, facts.catalogue)]
  }
}

/** What a finished step found out, in words. */
export function stepFacts(texts: Texts, step: ShownStep): string {
  // Of a test that ran while something was being saved only the failure is known.
  return step.status !== 'ok' || step.duration_ms === null ? '' : parts(texts, step).filter(Boolean).join(' · ')
}
