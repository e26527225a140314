import type { Artifact, BuildStep, Descriptor, SharedLayer, SharedLayers } from '../api/types'

/** One line of a build: what was done, and the layer it made. */
export interface BuiltLayer {
  step: BuildStep | null
  layer: Descriptor | null
  /** Which layer of the image, from one; null for a step that made none. */
  number: number | null
}

/**
 * The steps of a build beside the layers they made: each that is not empty made the next layer. Null when the numbers do
 * not fit, because then nobody can tell which made which.
 */
export function matchLayers(layers: readonly Descriptor[], history: readonly BuildStep[]): BuiltLayer[] | null {
  if (history.filter((step) => !step.empty_layer).length !== layers.length) return null
  let next = 0
  return history.map((step) => {
    if (step.empty_layer) return { step, layer: null, number: null }
    const layer = layers[next] ?? null
    next += 1
    return { step, layer, number: next }
  })
}

/** The layers alone, for an image that tells nothing of its build, or nothing that fits. */
export function bareLayers(layers: readonly Descriptor[]): BuiltLayer[] {
  return layers.map((layer, index) => ({ step: null, layer, number: index + 1 }))
}

/** A step as it stands in a build file, without what the builder puts around it. */
export function stepText(createdBy: string): string {
  const text = createdBy.replace(/\s+# buildkit\s*$/, '').trim()
  const nothing = /^\/bin\/sh -c #\(nop\)\s*/.exec(text)
  if (nothing) return text.slice(nothing[0].length)
  const run = /^(?:RUN )?\/bin\/sh -c /.exec(text)
  return run ? `RUN ${text.slice(run[0].length)}` : text
}

export type Built = { at: string } | 'reproducible' | null

const DAY_MS = 86_400_000

/** When it was built. Builders that want the same bytes each time write the beginning of the epoch instead. */
export function builtAt(artifact: Pick<Artifact, 'annotations' | 'created_at' | 'reproducible'>): Built {
  const told = [artifact.annotations['org.opencontainers.image.created'], artifact.created_at]
    .map((text) => (text == null ? Number.NaN : Date.parse(text)))
    // Before the epoch lies only what stands for no time at all.
    .filter((ms) => ms >= 0)
  const time = told.find((ms) => ms >= DAY_MS)
  if (time !== undefined) return { at: new Date(time).toISOString() }
  return artifact.reproducible || told.length > 0 ? 'reproducible' : null
}

/** Formats by what their media types hold; the names are their makers'. */
const FORMATS: readonly [part: string, name: string][] = [
  ['spdx', 'SPDX'],
  ['cyclonedx', 'CycloneDX'],
  ['syft', 'Syft'],
  ['cosign.simplesigning', 'Cosign'],
  ['cncf.notary', 'Notary Project'],
  ['sigstore.bundle', 'Sigstore'],
  ['in-toto', 'in-toto'],
  ['dsse.envelope', 'DSSE'],
]

/** The format of a signature, a bill of materials or an attestation, as far as it tells. */
export function formatName(artifact: Pick<Artifact, 'artifact_type' | 'config' | 'layers'>): string | null {
  const types = [artifact.artifact_type, artifact.config?.media_type, ...artifact.layers.map((layer) => layer.media_type)]
  return FORMATS.find(([part]) => types.some((type) => type?.includes(part)))?.[1] ?? null
}

/** A `NAME=value` cut in two. */
export function envPair(entry: string): [name: string, value: string] {
  const cut = entry.indexOf('=')
  return cut < 0 ? [entry, ''] : [entry.slice(0, cut), entry.slice(cut + 1)]
}

/** Who else has a layer, as far as it is known. */
export interface LayerSharing {
  /** Other repositories that hold it. */
  repositories: number
  /** Other artifacts of its own repository that have it. */
  artifacts: number
  /** Nothing else has it. */
  alone: boolean
  /** Not everything was looked at: there may be more artifacts. */
  atLeast: boolean
}

/** What is said of each layer by its digest. */
export function sharingOf(shared: Pick<SharedLayers, 'layers'>): Map<string, LayerSharing & Pick<SharedLayer, 'examples'>> {
  return new Map(
    shared.layers.map(({ digest, other_artifacts: { value, exact }, other_repositories: repositories, examples }) => [
      digest,
      { repositories, artifacts: value, alone: exact && value === 0 && repositories === 0, atLeast: !exact, examples },
    ]),
  )
}

/**
 * Bytes that a text had before it was cut; undefined where it was not. Names are a stranger's: `constructor` is one that every
 * object answers to.
 */
export function bytesBefore(cut: Readonly<Record<string, number>>, name: string): number | undefined {
  return Object.hasOwn(cut, name) ? cut[name] : undefined
}
