import { expect, type Page, test } from '@playwright/test'
import { type Made, pushArtifacts } from '../support/artifacts.ts'
import { join, Person, type Tenant, workspace } from '../support/people.ts'
import { Registry } from '../support/registry.ts'
import { openRepository, untilRead } from '../support/screens.ts'
import { type Integrated, Server } from '../support/server.ts'
import { goto, type Shot, shoot } from '../support/shots.ts'

const TEAMS = ['payments', 'platform', 'identity', 'search', 'billing', 'data']
const APPS = ['gateway', 'ledger', 'api', 'web', 'worker', 'exporter']
const VERSIONS = ['1.0.0', '1.2.0', '1.9.0', '1.10.0', '2.0.0-rc.1', 'latest']

let server: Server
let nobody: Server
let registry: Registry
let second: Registry
let open: Integrated
let alpha: Tenant
let viewer: Person
let made: Made

test.beforeAll(async () => {
  test.setTimeout(180_000)
  server = await Server.start()
  nobody = await Server.start()
  registry = await Registry.start()
  second = await Registry.start()
  await registry.fill(TEAMS.flatMap((team) => APPS.map((app) => `${team}/${app}`)), VERSIONS)
  made = await pushArtifacts(registry, 'payments/everything')
  await second.fill(['alpha/app', 'alpha/gateway'])
  await server.setUp()
  await nobody.setUp()
  open = await server.integrate('dock-open', registry.address)
  alpha = await workspace(server, 'alpha')
  const own = await server.integrate('dock-alpha', second.address, { owner: { type: 'workspace', id: alpha.id } })
  viewer = await Person.make(server, 'a-viewer')
  await join(server, alpha, viewer, 'viewer')
  await untilRead(server, open.id)
  await untilRead(server, own.id)
})

test.afterAll(async () => {
  for (const each of [server, nobody, registry, second]) await each?.dispose()
})

/** The page with a text in its box, once something is found by it. */
const found = (name: string, text: () => string, link: () => string): Shot => ({
  name: `images-${name}`,
  server: () => server,
  whole: true,
  open: async (page, words) => {
    await goto(page, `${server.url}/images?q=${encodeURIComponent(text())}`, words.images)
    await expect(page.getByRole('link', { name: link(), exact: true })).toBeVisible()
  },
})

async function toList(page: Page, link: string): Promise<void> {
  await expect(page.getByRole('link', { name: link, exact: true })).toBeVisible()
}

const SHOTS: Shot[] = [
  {
    name: 'images',
    server: () => server,
    open: async (page, words) => {
      await goto(page, `${server.url}/images`, words.images)
      await toList(page, 'billing/api')
    },
  },
  {
    name: 'images-workspace',
    server: () => server,
    by: () => viewer,
    open: async (page, words) => {
      await goto(page, `${server.url}/workspaces/${alpha.id}/images`, words.images)
      await toList(page, 'alpha/app')
    },
  },
  found('found', () => 'gateway', () => 'payments/gateway'),
  found('found-tags', () => 'gateway:1.', () => 'payments/gateway:1.10.0'),
  found(
    'found-digest',
    () => made.image.digest.slice(0, 17),
    () => `payments/everything@${made.image.digest.slice(0, 19)}`,
  ),
  {
    name: 'images-nothing-found',
    server: () => server,
    open: async (page, words) => {
      await goto(page, `${server.url}/images?q=no-such-thing`, words.images)
      await expect(page.getByRole('heading', { name: /no-such-thing/ })).toBeVisible()
    },
  },
  {
    name: 'images-partial',
    server: () => server,
    open: async (page, words) => {
      await page.route('**/api/v1/search?*', async (route) => {
        const answer = await route.fetch()
        const json = { ...((await answer.json()) as object), partial: true, tags: [], artifacts: [] }
        await route.fulfill({ response: answer, json })
      })
      await goto(page, `${server.url}/images?q=gateway`, words.images)
      await toList(page, 'payments/gateway')
    },
  },
  {
    name: 'images-no-registry',
    server: () => nobody,
    open: async (page, words) => {
      await goto(page, `${nobody.url}/images`, words.images)
      await expect(page.getByRole('heading', { name: words.noRegistries })).toBeVisible()
    },
  },
  {
    name: 'palette-images',
    server: () => server,
    open: async (page, words) => {
      await goto(page, `${server.url}/images`, words.images)
      await page.keyboard.press('Control+k')
      await expect(page.getByRole('combobox', { name: words.search })).toBeFocused()
      await page.keyboard.type('gateway:1.')
      await expect(page.getByRole('listbox').getByRole('option').first()).toContainText('dock-open')
    },
  },
  {
    name: 'repository-by-version',
    server: () => server,
    whole: true,
    open: async (page) => {
      await openRepository(page, server, open, 'payments/gateway')
      await page.goto(`${page.url()}?sort=-version`)
      await expect(page.getByRole('row', { name: /1\.10\.0/ })).toBeVisible()
    },
  },
]

shoot(SHOTS)
