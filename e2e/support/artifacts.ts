import { digestOf, type Registry } from './registry.ts'

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const INDEX = 'application/vnd.oci.image.index.v1+json'
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip'
const CONFIG = 'application/vnd.oci.image.config.v1+json'
const HELM = 'application/vnd.cncf.helm.config.v1+json'
const EMPTY = 'application/vnd.oci.empty.v1+json'

interface Step {
  created_by?: string
  created?: string
  comment?: string
  empty_layer?: boolean
}

interface ImageParts {
  architecture?: string
  variant?: string
  os?: string
  created?: string
  /** Bytes of each layer, the lowest first. */
  layers?: number[]
  history?: Step[]
  config?: Record<string, unknown>
  annotations?: Record<string, string>
}

interface OtherParts {
  artifactType?: string
  configType?: string
  config?: string
  layers: { type: string; text: string; title?: string }[]
  subject?: Pushed
  annotations?: Record<string, string>
}

/** Something that is in the registry now. */
export interface Pushed {
  digest: string
  mediaType: string
  size: number
  platform?: { os: string; architecture: string; variant?: string }
  annotations?: Record<string, string>
}

/** Pushes made artifacts of every kind into one repository. */
export class Pusher {
  private readonly registry: Registry
  private readonly name: string
  private filled = 0

  constructor(registry: Registry, name: string) {
    this.registry = registry
    this.name = name
  }

  private async blob(bytes: Buffer, mediaType: string): Promise<Pushed> {
    await this.registry.putBlob(this.name, bytes)
    return { digest: digestOf(bytes), mediaType, size: bytes.length }
  }

  private async manifest(body: object, mediaType: string, tags: string[]): Promise<Pushed> {
    const text = JSON.stringify(body)
    const digest = digestOf(text)
    for (const reference of tags.length > 0 ? tags : [digest]) {
      await this.registry.putManifest(this.name, reference, text, mediaType)
    }
    return { digest, mediaType, size: text.length }
  }

  /** An image for one architecture. */
  async image(parts: ImageParts, ...tags: string[]): Promise<Pushed> {
    const { architecture = 'amd64', variant, os = 'linux', created, layers = [], history, config, annotations } = parts
    const pushed: Pushed[] = []
    for (const size of layers) {
      this.filled += 1
      pushed.push(await this.blob(Buffer.alloc(size, `layer ${this.filled} `), LAYER))
    }
    const rootfs = { type: 'layers', diff_ids: pushed.map((each) => each.digest) }
    const told = { architecture, variant, os, created, config, history, rootfs }
    const configBlob = await this.blob(Buffer.from(JSON.stringify(told)), CONFIG)
    const body = { schemaVersion: 2, mediaType: MANIFEST, config: configBlob, layers: pushed, annotations }
    const manifest = await this.manifest(body, MANIFEST, tags)
    return { ...manifest, platform: { os, architecture, ...(variant === undefined ? {} : { variant }) } }
  }

  /** A list of images, each with a builder's statement about it beside it if wished. */
  async index(images: Pushed[], { attested = false, annotations = {} }, ...tags: string[]): Promise<Pushed> {
    const listed: object[] = [...images]
    if (attested) {
      for (const image of images) {
        const statement = await this.other({
          configType: CONFIG,
          config: `{"architecture":"unknown","os":"unknown","of":"${image.digest}"}`,
          layers: [{ type: 'application/vnd.in-toto+json', text: `{"subject":"${image.digest}"}` }],
        })
        listed.push({
          ...statement,
          platform: { architecture: 'unknown', os: 'unknown' },
          annotations: {
            'vnd.docker.reference.type': 'attestation-manifest',
            'vnd.docker.reference.digest': image.digest,
          },
        })
      }
    }
    return this.manifest({ schemaVersion: 2, mediaType: INDEX, manifests: listed, annotations }, INDEX, tags)
  }

  /** Anything that is no image. */
  async other(parts: OtherParts, ...tags: string[]): Promise<Pushed> {
    const config = await this.blob(Buffer.from(parts.config ?? '{}'), parts.configType ?? EMPTY)
    const layers: Pushed[] = []
    for (const { type, text, title } of parts.layers) {
      const annotations = title === undefined ? undefined : { 'org.opencontainers.image.title': title }
      layers.push({ ...(await this.blob(Buffer.from(text), type)), ...(annotations && { annotations }) })
    }
    const subject = parts.subject && { ...parts.subject, platform: undefined }
    const { artifactType, annotations } = parts
    return this.manifest({ schemaVersion: 2, mediaType: MANIFEST, artifactType, config, layers, subject, annotations }, MANIFEST, tags)
  }
}

/** A text that would draw over its neighbours, turn their order, or run, if it were anything but text. */
export const HOSTILE_TEXT = '<img src=x onerror="document.title=1">\u202egnp.exe\u202c \u200b\u001b[31m end'

/** Longer than anything a registry's manifest may hold. */
export const LONG_LABEL = 'a very long label; '.repeat(3_450).slice(0, 65_536)

const HISTORY: Step[] = [
  { created: '2026-10-01T08:00:00Z', created_by: '/bin/sh -c #(nop) ADD file:4a9bd2 in / ' },
  { created: '2026-10-01T08:00:01Z', created_by: '/bin/sh -c #(nop)  CMD ["bash"]', empty_layer: true },
  { created_by: 'ENV PATH=/usr/local/bin:/usr/bin:/bin', comment: 'buildkit.dockerfile.v0', empty_layer: true },
  {
    created_by: `RUN /bin/sh -c set -eux; ${'apt-get install -y --no-install-recommends ca-certificates curl && '.repeat(9)}true # buildkit`,
    comment: 'buildkit.dockerfile.v0',
  },
  { created_by: 'COPY --chown=app:app dist /srv/app # buildkit', comment: 'buildkit.dockerfile.v0' },
  { created_by: 'EXPOSE map[8080/tcp:{}]', comment: 'buildkit.dockerfile.v0', empty_layer: true },
]

/** What Helm pushes of a `Chart.yaml`. */
const CHART = {
  apiVersion: 'v2',
  name: 'api',
  version: '1.2.3+build.5',
  appVersion: '2026.11',
  description: 'The public API of the payments team, with its database and its dashboards.',
  type: 'application',
  kubeVersion: '>=1.25.0-0 <1.40.0-0',
  home: 'https://payments.example.com/api',
  sources: ['https://git.example.com/payments/api', 'git@git.example.com:payments/charts.git'],
  maintainers: [
    { name: 'Ada Lovelace', email: 'ada@example.com' },
    { name: '张伟', url: 'https://example.com/zhang' },
  ],
  keywords: ['payments', 'api', 'http'],
  dependencies: [
    { name: 'postgresql', version: '~15.2', repository: 'oci://registry.example.com/charts' },
    { name: 'common', version: '2.x.x', repository: 'https://charts.example.com/stable' },
    { name: 'dashboards', repository: 'file://../dashboards' },
  ],
}

/** A chart that nobody should use, and that would run something if it could. */
const LIBRARY = {
  apiVersion: 'v2',
  name: 'common',
  version: '0.9.0',
  description: `${HOSTILE_TEXT} ${'It has a very long description. '.repeat(300)}`,
  type: 'library',
  deprecated: true,
  home: 'javascript:document.title=1',
  sources: ['https://console.example@evil.example/', HOSTILE_TEXT],
  keywords: Array.from({ length: 400 }, (_, at) => `keyword-${at + 1}`),
}

export interface Made {
  image: Pushed
  index: Pushed
  arm: Pushed
  chart: Pushed
  library: Pushed
  brokenChart: Pushed
  wasm: Pushed
  signature: Pushed
  sbom: Pushed
  deep: Pushed
  long: Pushed
  wide: Pushed
  mismatched: Pushed
  unknown: Pushed
}

/** Fills a repository with one of each. */
export async function pushArtifacts(registry: Registry, name: string): Promise<Made> {
  const push = new Pusher(registry, name)
  const image = await push.image(
    {
      created: '2026-10-02T09:30:00Z',
      layers: [91_200, 240_400, 12_300],
      history: HISTORY,
      config: {
        User: '10001:10001',
        WorkingDir: '/srv/app',
        Entrypoint: ['/usr/bin/tini', '--'],
        Cmd: ['/srv/app/server', '--listen', '0.0.0.0:8080'],
        Env: ['PATH=/usr/local/bin:/usr/bin:/bin', 'LANG=C.UTF-8', 'JAVA_OPTS=-Xmx512m -Dmode=prod', 'EMPTY='],
        ExposedPorts: { '8080/tcp': {}, '9090/tcp': {} },
        Volumes: { '/var/lib/app': {} },
        StopSignal: 'SIGTERM',
        Labels: {
          'org.opencontainers.image.source': 'https://git.example.com/team/api',
          'org.opencontainers.image.licenses': 'Apache-2.0',
          hostile: HOSTILE_TEXT,
          'com.example.manifest': LONG_LABEL.slice(0, 16_000),
        },
      },
      annotations: { 'org.opencontainers.image.created': '2026-10-02T09:31:00Z' },
    },
    '1.4.0',
    'stable',
  )
  const arm = await push.image({
    architecture: 'arm64',
    variant: 'v8',
    layers: [80_000, 1_000],
    created: '1970-01-01T00:00:00Z',
    annotations: { 'org.opencontainers.image.created': '1970-01-01T00:00:00Z' },
  })
  const amd = await push.image({ layers: [90_000, 1_000], created: '1970-01-01T00:00:00Z' })
  const index = await push.index([amd, arm], { attested: true }, 'latest')
  const many = ['amd64', 'arm64', 'arm', 'ppc64le', 's390x', 'riscv64', '386', 'loong64', 'mips64le', 'wasm']
  const images: Pushed[] = []
  for (const os of ['linux', 'freebsd', 'windows']) {
    for (const architecture of many) images.push(await push.image({ os, architecture, layers: [2_000 + images.length] }))
  }
  const wide = await push.index(images, { attested: true }, 'wide')
  const deep = await push.image(
    {
      layers: Array.from({ length: 120 }, (_, at) => 400 + ((at * 7_919) % 5_000)),
      history: Array.from({ length: 120 }, (_, at) => ({ created_by: `RUN /bin/sh -c make step-${at + 1} # buildkit` })),
      created: '2026-09-01T00:00:00Z',
    },
    'deep',
  )
  // As Dockerfiles with whole scripts in them build: 132 steps that are too long to be kept whole. Each eleventh made a layer.
  const long = await push.image(
    {
      layers: Array.from({ length: 12 }, (_, at) => 300 + ((at * 6_007) % 4_000)),
      history: Array.from({ length: 132 }, (_, at) => ({
        created_by: `RUN /bin/sh -c set -eux; ${`install -D part-${at + 1} /srv/app; `.repeat(30)}# buildkit`,
        empty_layer: at % 11 < 10,
      })),
      created: '2026-09-02T00:00:00Z',
    },
    'long',
  )
  const mismatched = await push.image({ layers: [5_000, 6_000], history: HISTORY.slice(0, 2) }, 'squashed')
  const chart = await push.other(
    {
      configType: HELM,
      config: JSON.stringify(CHART),
      layers: [
        { type: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', text: 'a chart' },
        { type: 'application/vnd.cncf.helm.chart.provenance.v1.prov', text: 'signed' },
      ],
      annotations: { 'org.opencontainers.image.title': 'api', 'org.opencontainers.image.created': '2026-11-01T10:00:00Z' },
    },
    '1.2.3_build.5',
  )
  const library = await push.other(
    {
      configType: HELM,
      config: JSON.stringify(LIBRARY),
      layers: [{ type: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', text: 'a library' }],
    },
    '0.9.0',
  )
  const brokenChart = await push.other(
    {
      configType: HELM,
      config: '{"name":"api","name":"another","version":"1.0.0"}',
      layers: [{ type: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', text: 'a broken chart' }],
    },
    '1.0.0',
  )
  const wasm = await push.other(
    {
      artifactType: 'application/vnd.wasm.content.layer.v1+wasm',
      layers: [
        { type: 'application/vnd.wasm.content.layer.v1+wasm', text: 'code', title: 'filters/rate-limit.wasm' },
        { type: 'text/plain', text: 'Read me.', title: HOSTILE_TEXT },
        { type: 'text/markdown', text: 'Long.', title: `${'a-rather-long-name-'.repeat(12)}notes.md` },
        { type: 'text/plain', text: 'No name.' },
      ],
    },
    'filter',
  )
  const signature = await push.other(
    {
      configType: CONFIG,
      config: '{"architecture":"","os":"","rootfs":{"type":"layers","diff_ids":[]}}',
      layers: [{ type: 'application/vnd.dev.cosign.simplesigning.v1+json', text: `{"of":"${image.digest}"}` }],
    },
    `${image.digest.replace(':', '-')}.sig`,
  )
  const sbom = await push.other(
    {
      artifactType: 'application/spdx+json',
      layers: [{ type: 'application/spdx+json', text: '{"spdxVersion":"SPDX-2.3"}' }],
      subject: image,
    },
    'sbom',
  )
  const unknown = await push.other(
    { artifactType: 'application/vnd.example.model.v1', layers: [{ type: 'application/octet-stream', text: 'weights' }] },
    'model',
  )
  return { image, index, arm, chart, library, brokenChart, wasm, signature, sbom, deep, long, wide, mismatched, unknown }
}

/** Whose only layer is the lowest of `Made.image`. */
export const BASE_NAME = 'library/debian'

/** Pushes an image whose labels do not fit and that tells no time, and whose layer others have. */
export async function pushWordy(registry: Registry, name: string): Promise<Pushed> {
  // What a pusher fills its first layer with is the same each time.
  const lowest = { layers: [91_200] }
  await new Pusher(registry, BASE_NAME).image(lowest, '13')
  const labels = Object.fromEntries(
    Array.from({ length: 60 }, (_, at) => [`com.example.step-${String(at + 1).padStart(2, '0')}`, LONG_LABEL.slice(0, 480)]),
  )
  return new Pusher(registry, name).image(
    {
      ...lowest,
      created: '1970-01-01T00:00:00Z',
      config: { Labels: { ...labels, 'com.example.manifest': LONG_LABEL.slice(0, 16_000) } },
      annotations: { 'org.opencontainers.image.created': '1970-01-01T00:00:00Z' },
    },
    'wordy',
  )
}
