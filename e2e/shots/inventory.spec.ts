import { expect, type Page, test } from '@playwright/test'
import { Registry } from '../support/registry.ts'
import { openOverview, openRepositories, openRepository, untilRead } from '../support/screens.ts'
import { type Integrated, Server } from '../support/server.ts'
import { type Shot, shoot } from '../support/shots.ts'

let server: Server
let registry: Registry
let empty: Registry
let filled: Integrated
let bare: Integrated
let unread: Integrated
const LONG = `platform/${'a-name-that-goes-on-and-on-'.repeat(9)}`.replace(/-$/, '')

test.beforeAll(async () => {
  test.setTimeout(120_000)
  server = await Server.start()
  registry = await Registry.start()
  empty = await Registry.start()
  await server.setUp()
  await registry.fill(['base/alpine', 'base/debian', 'payments/gateway', 'payments/ledger', 'team/api', 'team/web', LONG])
  await registry.fill(['team/api'], ['1.0.1', '1.1.0', '1.2.0-rc.1', '1.2.0', 'latest', `nightly-${'build-'.repeat(14)}1`])
  filled = await server.integrate('dock-open', registry.address, { description: 'Images of the platform team.' })
  bare = await server.integrate('dock-empty', empty.address)
  unread = await server.integrate('new-mirror', 'http://mirror.invalid:5000', { save_anyway: true })
  await untilRead(server, filled.id)
  await untilRead(server, bare.id)
})

test.afterAll(async () => {
  for (const each of [server, registry, empty]) await each?.dispose()
})

type Body = Record<string, unknown>

/** Changes what the server answers, for states that are over in a moment or that take days. */
async function answering(page: Page, path: RegExp, change: (body: Body) => Body): Promise<void> {
  await page.route(path, async (route) => {
    if (route.request().method() !== 'GET') return route.fallback()
    const answer = await route.fetch()
    await route.fulfill({ response: answer, json: change((await answer.json()) as Body) })
  })
}

const CRAWL = /\/api\/v1\/registries\/[^/]+\/crawl$/

const COUNTS = {
  requests: 4_211,
  repositories: 1_204,
  repositories_listed: 1_204,
  repositories_broken: 0,
  tags: 18_730,
  manifests: 2_950,
  configs: 1_120,
  skipped: 0,
}

const running = (more: Body = {}) => (body: Body): Body => ({
  ...body,
  status: 'running',
  phase: 'manifests',
  counts: COUNTS,
  manifests_read: { read: 2_950, known: 19_870 },
  rate_per_minute: 640,
  remaining_ms: 1_590_000,
  finished_at: null,
  next_at: null,
  ...more,
})

const DAY_MS = 86_400_000
const SIZES = [14, 14.2, 15.1, 15.1, 16.8, 18, 17.2, 17.4, 19.9, 21.5, 21.6, 23]

function withHistory(body: Body): Body {
  const names = ['team/api', 'payments/ledger', 'base/debian', 'team/web', 'base/alpine']
  const first = (body.largest_repositories as Body[])[0]
  return {
    days: SIZES.map((size, index) => ({
      at: new Date(Date.UTC(2026, 10, 10) + index * DAY_MS).toISOString(),
      spaces: 1,
      repositories: 6,
      artifacts: 40 + index,
      tags: 60 + index * index,
      storage_bytes: size * 1024 ** 3,
    })),
    largest_repositories: names.map((name, index) => ({ ...first, id: `${index}`, name, total_bytes: 7e9 / (index + 1) ** 2 })),
  }
}

const SIZED = [
  { tags: 42, artifacts: 61, unique: 3.2e9, shared: 1.1e9, state: 'listed' },
  { tags: 7, artifacts: 7, unique: 8.8e8, shared: 0, state: 'listed', tags_unread: 3 },
  { tags: 12, artifacts: 12, unique: 1.2e7, shared: 4e6, state: 'broken', trouble: 'upstream.unauthorized' },
  { tags: 0, artifacts: 0, unique: 0, shared: 0, state: 'empty' },
  { tags: null, artifacts: null, unique: 0, shared: 0, state: 'named' },
]

function withStates(body: Body): Body {
  return {
    ...body,
    items: (body.items as Body[]).map((item, index) => {
      const { unique, shared, ...figures } = SIZED[index % SIZED.length] ?? { unique: 0, shared: 0 }
      return { ...item, ...figures, unique_bytes: unique, shared_bytes: shared, total_bytes: unique + shared }
    }),
  }
}

const PLATFORMS = ['amd64', 'arm64', 'ppc64le', 's390x', 'riscv64'].map((architecture) => ({ os: 'linux', architecture }))

function withMarks(body: Body): Body {
  const marks: Body[] = [
    { provisional: true, certainty: 'reported', kind: null, size_bytes: null, platforms: [], created_at: null },
    { kind: 'index', platforms: PLATFORMS, size_bytes: 4.1e8, created_at: new Date(Date.now() - 5 * DAY_MS).toISOString() },
    { certainty: 'reported', kind: 'helm', platforms: [], size_bytes: 41_000 },
    { trouble: 'upstream.protocol', digest: null, kind: null, size_bytes: null, platforms: [] },
  ]
  return { ...body, items: (body.items as Body[]).map((item, index) => ({ ...item, ...marks[index] })) }
}

const SHOTS: Shot[] = [
  {
    name: 'overview-read',
    server: () => server,
    whole: true,
    open: async (page) => {
      await answering(page, /statistics-history/, withHistory)
      await openOverview(page, server, filled)
      await toReading(page)
    },
  },
  {
    name: 'overview-first-day',
    server: () => server,
    whole: true,
    open: async (page) => {
      await openOverview(page, server, filled)
      await toReading(page)
    },
  },
  {
    name: 'overview-reading',
    server: () => server,
    whole: true,
    open: async (page) => {
      await answering(page, CRAWL, running({ counts: { ...COUNTS, repositories_broken: 3, skipped: 2 } }))
      await openOverview(page, server, filled)
      await toReading(page)
    },
  },
  {
    name: 'overview-reading-paused',
    server: () => server,
    whole: true,
    open: async (page) => {
      await answering(page, CRAWL, running({ status: 'paused', phase: 'tags', trouble: 'upstream.unauthorized' }))
      await openOverview(page, server, filled)
      await toReading(page)
    },
  },
  {
    name: 'overview-never-read',
    server: () => server,
    whole: true,
    open: async (page) => {
      await openOverview(page, server, unread)
      await toReading(page)
    },
  },
  {
    name: 'repositories',
    server: () => server,
    whole: true,
    open: async (page) => {
      await answering(page, /\/repositories\?/, withStates)
      await openRepositories(page, server, filled)
      await expect(page.getByRole('link', { name: 'base/alpine' })).toBeVisible()
    },
  },
  {
    name: 'repositories-empty',
    server: () => server,
    open: async (page, words) => {
      await openRepositories(page, server, bare)
      await expect(page.getByRole('heading', { name: words.noRepositories })).toBeVisible()
    },
  },
  {
    name: 'repository',
    server: () => server,
    whole: true,
    open: async (page) => {
      await answering(page, /\/tags\?/, withMarks)
      await openRepository(page, server, filled, 'team/api')
      await expect(page.getByRole('row', { name: /1\.1\.0/ })).toBeVisible()
    },
  },
  {
    name: 'repository-long-name',
    server: () => server,
    whole: true,
    open: async (page) => {
      await openRepository(page, server, filled, LONG)
      await expect(page.getByRole('row', { name: /1\.0/ })).toBeVisible()
    },
  },
]

async function toReading(page: Page): Promise<void> {
  const reading = page.getByRole('region', { name: /^(Reading|内容读取)$/ })
  await expect(reading.getByRole('button')).toBeVisible()
  await reading.evaluate((element) => element.scrollIntoView({ block: 'end' }))
}

shoot(SHOTS)
