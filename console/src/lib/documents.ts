import type { Artifact, Descriptor } from '../api/types'

/** Something an artifact holds. */
export interface HeldDocument {
  descriptor: Descriptor
  /** Which part it is, from one; null for the configuration. */
  number: number | null
  /** What its type says it is, whatever it is called. */
  known: KnownDocument | null
}

export type KnownDocument = 'chart' | 'provenance'

const KNOWN: Readonly<Record<string, KnownDocument>> = {
  'application/vnd.cncf.helm.chart.content.v1.tar+gzip': 'chart',
  'application/vnd.cncf.helm.chart.provenance.v1.prov': 'provenance',
}

/** What stands in the configuration's place where there is none. */
const EMPTY = 'application/vnd.oci.empty.v1+json'

/** The parts of an artifact that is no image, then its configuration if it has one. */
export function documentsOf({ layers, config }: Pick<Artifact, 'layers' | 'config'>): HeldDocument[] {
  const parts: HeldDocument[] = layers.map((descriptor, index) => ({
    descriptor,
    number: index + 1,
    known: Object.hasOwn(KNOWN, descriptor.media_type) ? (KNOWN[descriptor.media_type] ?? null) : null,
  }))
  if (config && config.media_type !== EMPTY) parts.push({ descriptor: config, number: null, known: null })
  return parts
}

/** Whether a document is text that a person can read a beginning of. */
export function isReadable(mediaType: string): boolean {
  return /(?:^text\/|[+/]json$|spdx|[+/]xml$|[+/]yaml$|\.prov$)/.test(mediaType.split(';')[0]?.trim() ?? '')
}
