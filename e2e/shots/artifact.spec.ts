import { expect, type Page, test } from '@playwright/test'
import { LONG_LABEL, type Made, pushArtifacts, type Pushed, pushWordy } from '../support/artifacts.ts'
import { Registry } from '../support/registry.ts'
import { openArtifact, openRepository, untilRead } from '../support/screens.ts'
import { type Integrated, Server } from '../support/server.ts'
import { type Shot, shoot } from '../support/shots.ts'

const NAME = 'payments/gateway'

let server: Server
let registry: Registry
let filled: Integrated
let made: Made
let wordy: Pushed

test.beforeAll(async () => {
  test.setTimeout(120_000)
  server = await Server.start()
  registry = await Registry.start()
  made = await pushArtifacts(registry, NAME)
  wordy = await pushWordy(registry, NAME)
  await server.setUp()
  filled = await server.integrate('dock-open', registry.address)
  await untilRead(server, filled.id)
})

test.afterAll(async () => {
  for (const each of [server, registry]) await each?.dispose()
})

const open = (page: Page, what: Pushed) => openArtifact(page, server, filled, NAME, what.digest)

/** The page of one of them, as it is. */
const one = (name: string, what: () => Pushed): Shot => ({
  name: `artifact-${name}`,
  server: () => server,
  whole: true,
  open: (page) => open(page, what()),
})

/** What the server would say of an artifact it has not read, or could not read. */
const unread = (name: string, trouble: string | null): Shot => ({
  name: `artifact-${name}`,
  server: () => server,
  open: async (page) => {
    await page.route(/\/api\/v1\/.*\/artifacts\/sha256[^/]*$/, async (route) => {
      const answer = await route.fetch()
      const nothing = { read: false, trouble, certainty: 'reported', kind: null, layers: [], config: null, size_bytes: null }
      const empty = { config_summary: null, annotations: {}, platforms: [], created_at: null, manifest_bytes: null }
      await route.fulfill({ response: answer, json: { ...((await answer.json()) as object), ...nothing, ...empty } })
    })
    await open(page, made.image)
  },
})

const SHOTS: Shot[] = [
  one('image', () => made.image),
  one('index', () => made.index),
  one('wide', () => made.wide),
  one('deep', () => made.deep),
  one('long', () => made.long),
  one('squashed', () => made.mismatched),
  one('wordy', () => wordy),
  one('reproducible', () => made.arm),
  one('chart', () => made.chart),
  one('library', () => made.library),
  one('broken-chart', () => made.brokenChart),
  one('wasm', () => made.wasm),
  one('signature', () => made.signature),
  one('sbom', () => made.sbom),
  one('unknown', () => made.unknown),
  unread('unread', null),
  unread('failed', 'upstream.protocol'),
  {
    name: 'artifact-documents',
    server: () => server,
    whole: true,
    open: async (page, words) => {
      await open(page, made.image)
      const said = page.getByRole('region', { name: words.said })
      await said.getByRole('button', { name: words.showDocuments }).click()
      await said.locator('.documents').waitFor()
      const raw = page.getByRole('region', { name: words.rawManifest, exact: true })
      await raw.getByRole('button', { name: words.show }).click()
      await raw.locator('pre').waitFor()
    },
  },
  {
    name: 'artifact-preview',
    server: () => server,
    whole: true,
    open: async (page, words) => {
      await open(page, made.sbom)
      await page.getByRole('button', { name: words.previewFirst }).click()
      await page.locator('.document-preview pre').waitFor()
    },
  },
  {
    name: 'artifact-gone',
    server: () => server,
    open: async (page, words) => {
      await openRepository(page, server, filled, NAME)
      await page.goto(`${page.url()}/artifacts/sha256:${'0'.repeat(64)}`)
      await expect(page.getByRole('heading', { level: 1, name: words.artifactGone })).toBeVisible()
    },
  },
  {
    name: 'artifact-long-label',
    server: () => server,
    open: async (page, words) => {
      await page.route(/\/api\/v1\/.*\/artifacts\/sha256[^/]*$/, async (route) => {
        const answer = await route.fetch()
        const body = (await answer.json()) as { config_summary: { labels: Record<string, string> } }
        body.config_summary.labels['com.example.manifest'] = LONG_LABEL
        await route.fulfill({ response: answer, json: body })
      })
      await open(page, made.image)
      const labels = page.getByRole('region', { name: words.labels })
      await labels.getByRole('button', { name: words.showAllText }).click()
      await labels.scrollIntoViewIfNeeded()
    },
  },
  {
    name: 'repository-attached',
    server: () => server,
    whole: true,
    open: async (page) => {
      await openRepository(page, server, filled, NAME)
      await page.getByRole('checkbox').check()
      await expect(page.getByRole('link', { name: /^sha256-/ }).first()).toBeVisible()
    },
  },
  {
    name: 'repository-commands',
    server: () => server,
    whole: true,
    open: async (page, words) => {
      await openRepository(page, server, filled, NAME)
      await expect(page.getByRole('region', { name: words.fetchIt })).toBeVisible()
      await expect(page.getByRole('row', { name: /squashed/ })).toBeVisible()
    },
  },
]

shoot(SHOTS)
