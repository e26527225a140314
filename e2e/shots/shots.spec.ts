// Pictures of every screen and its main states, in both themes and languages, wide and narrow. A person looks at them.
import { expect, type Page, test } from '@playwright/test'
import type { Words } from '../support/looks.ts'
import { ACCOUNT, Registry } from '../support/registry.ts'
import { openList, openOverview, typeRegistry, typeSignIn } from '../support/screens.ts'
import { scripted, type Scripted } from '../support/scripted.ts'
import { type Integrated, Server } from '../support/server.ts'
import { shoot, type Shot } from '../support/shots.ts'

// One server that nobody has set up, one without registries, one with registries in every state of health.
let untouched: Server
let empty: Server
let full: Server
let basic: Registry
let silent: Scripted
let healthy: Integrated
let unhealthy: Integrated
let unverified: Integrated
const started: { dispose: () => Promise<void> }[] = []

async function keep<T extends { dispose: () => Promise<void> }>(starting: Promise<T>): Promise<T> {
  const one = await starting
  started.push(one)
  return one
}

test.beforeAll(async () => {
  test.setTimeout(120_000)
  untouched = await keep(Server.start())
  empty = await keep(Server.start())
  full = await keep(Server.start())
  await empty.setUp()
  await full.setUp()
  const open = await keep(Registry.start())
  basic = await keep(Registry.start({ basic: true }))
  const stopped = await keep(Registry.start())
  const slow = await keep(scripted('well'))
  silent = await keep(scripted('well'))
  const broken = await keep(scripted('well'))
  await open.fill(['team/api', 'team/web', 'team/worker', 'base/debian', 'base/alpine', 'tools/lint'])
  await basic.fill(['payments/gateway', 'payments/ledger'])

  healthy = await full.integrate('dock-open', open.address, {
    description: 'Images of the platform team. Mirrored from the build farm every night.',
  })
  await full.integrate('dock-basic', basic.address, ACCOUNT)
  await full.integrate('edge-north', slow.address)
  await full.integrate('lab-nightly', broken.address)
  await full.integrate('a-registry-with-a-name-that-is-as-long-as-sixty-three-letters-a', open.address)
  unhealthy = await full.integrate('lab-legacy', stopped.address)
  await stopped.stop()
  slow.behaviour = 'slow'
  broken.behaviour = 'broken'
  unverified = await full.integrate('new-mirror', 'http://mirror.invalid:5000', { save_anyway: true })
  await full.untilHealth(unhealthy.id, 'unhealthy')
  silent.behaviour = 'silent'
  await waitForAll(full)
})

test.afterAll(async () => {
  for (const each of started) await each.dispose()
})

const SHOTS: Shot[] = [
  {
    name: 'setup',
    server: () => untouched,
    stranger: true,
    open: (page, words) => goto(page, untouched.url + untouched.setupLink, words.setUp),
  },
  {
    name: 'setup-errors',
    server: () => untouched,
    stranger: true,
    open: async (page, words) => {
      await goto(page, untouched.url + untouched.setupLink, words.setUp)
      await page.locator('input[name=name]').fill('Not A Name')
      await page.locator('input[name=password]').fill('short')
      await page.getByRole('button', { name: words.createAdministrator }).click()
    },
  },
  {
    name: 'setup-link-incomplete',
    server: () => untouched,
    stranger: true,
    open: (page, words) => goto(page, `${untouched.url}/setup`, words.incompleteLink),
  },
  {
    name: 'setup-done',
    server: () => empty,
    stranger: true,
    open: (page, words) => goto(page, `${empty.url}/setup`, words.setUpDone),
  },
  {
    name: 'login',
    server: () => empty,
    stranger: true,
    open: (page, words) => goto(page, `${empty.url}/login`, words.signIn),
  },
  {
    name: 'login-wrong',
    server: () => empty,
    stranger: true,
    open: async (page, words) => {
      await goto(page, `${empty.url}/login`, words.signIn)
      await typeSignIn(page, words, 'not the password')
      await expect(page.getByRole('alert')).toBeVisible()
    },
  },
  { name: 'list', server: () => full, whole: true, open: (page, words) => openList(page, full, words) },
  { name: 'list-empty', server: () => empty, open: (page, words) => openList(page, empty, words) },
  { name: 'list-no-match', server: () => full, open: (page, words) => openList(page, full, words, '?q=nothing-like-it') },
  {
    name: 'list-menu',
    server: () => full,
    open: async (page, words) => {
      await openList(page, full, words)
      await page.getByRole('button', { name: words.actionsFor('lab-legacy') }).click()
      await expect(page.getByRole('menuitem', { name: words.testConnection })).toBeVisible()
    },
  },
  {
    name: 'integrate',
    server: () => full,
    open: async (page, words) => {
      await openList(page, full, words, '?integrate=true')
      await expect(page.getByRole('dialog', { name: words.integrate })).toBeVisible()
    },
  },
  {
    name: 'integrate-running',
    server: () => full,
    open: async (page, words) => {
      await openList(page, full, words, '?integrate=true')
      await typeRegistry(page, words, { name: 'dock-east', address: silent.address })
      await expect(page.getByRole('dialog').getByText(words.running)).toBeVisible()
      await toTest(page, words)
    },
  },
  {
    name: 'integrate-failed',
    server: () => full,
    open: async (page, words) => {
      await openList(page, full, words, '?integrate=true')
      await typeRegistry(page, words, {
        name: 'dock-east',
        address: basic.address,
        username: ACCOUNT.username,
        password: 'not the password',
      })
      await page.getByRole('button', { name: words.integrate }).last().click()
      await expect(page.getByRole('button', { name: words.saveAnyway })).toBeVisible()
      await toTest(page, words)
    },
  },
  {
    name: 'integrate-ok',
    server: () => full,
    open: async (page, words) => {
      await openList(page, full, words, '?integrate=true')
      await typeRegistry(page, words, { name: 'dock-east', address: basic.address, ...ACCOUNT })
      await page.getByRole('button', { name: words.testWithAccount }).click()
      await expect(page.getByRole('dialog').getByText(words.passed)).toBeVisible()
      await toTest(page, words)
    },
  },
  {
    name: 'integrate-field-errors',
    server: () => full,
    open: async (page, words) => {
      await openList(page, full, words, '?integrate=true')
      await page.getByRole('dialog').getByRole('button', { name: words.integrate }).click()
      await expect(page.getByRole('alert').first()).toBeVisible()
    },
  },
  { name: 'overview-healthy', server: () => full, whole: true, open: (page) => openOverview(page, full, healthy) },
  { name: 'overview-unhealthy', server: () => full, whole: true, open: (page) => openOverview(page, full, unhealthy) },
  { name: 'overview-unverified', server: () => full, whole: true, open: (page) => openOverview(page, full, unverified) },
  {
    name: 'overview-edit',
    server: () => full,
    whole: true,
    open: async (page, words) => {
      await openOverview(page, full, healthy)
      await page.getByRole('button', { name: words.editDescription }).click()
    },
  },
  {
    name: 'overview-gone',
    server: () => full,
    open: (page, words) => goto(page, `${full.url}/registries/0199aaaa-0000-7000-8000-000000000000`, words.registryGone),
  },
  {
    name: 'test',
    server: () => full,
    open: async (page, words) => {
      await openOverview(page, full, unhealthy)
      await page.getByRole('button', { name: words.testConnection }).click()
      await expect(page.getByRole('dialog').getByText(words.failed)).toBeVisible()
    },
  },
  {
    name: 'disconnect',
    server: () => full,
    open: async (page, words) => {
      await openOverview(page, full, healthy)
      await page.getByRole('button', { name: words.moreActions }).click()
      await page.getByRole('menuitem', { name: words.disconnect }).click()
      await expect(page.getByRole('button', { name: words.disconnectNow(healthy.name) })).toBeVisible()
    },
  },
  { name: 'not-found', server: () => full, open: (page, words) => goto(page, `${full.url}/nowhere`, words.pageNotFound) },
  {
    name: 'session-over',
    server: () => full,
    open: async (page, words) => {
      await openList(page, full, words)
      await page.context().clearCookies()
      await page.getByRole('searchbox').or(page.getByRole('textbox')).first().fill('dock')
      await expect(page.getByRole('dialog', { name: words.sessionOver })).toBeVisible()
    },
  },
  {
    name: 'navigation',
    server: () => full,
    narrowOnly: true,
    open: async (page, words) => {
      await openList(page, full, words)
      await page.getByRole('button', { name: words.openNavigation }).click()
      await expect(page.getByRole('dialog')).toBeVisible()
    },
  },
]

async function goto(page: Page, url: string, heading: string): Promise<void> {
  await page.goto(url)
  await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible()
}

async function toTest(page: Page, words: Words): Promise<void> {
  const test = page.getByRole('region', { name: words.connectionTest })
  await test.evaluate((element) => element.scrollIntoView({ block: 'end' }))
}

async function waitForAll(server: Server): Promise<void> {
  const wanted = { 'edge-north': 'degraded', 'lab-nightly': 'unhealthy', 'dock-open': 'healthy' } as Record<string, string>
  const { items } = (await server.call('GET', '/registries?owner=platform')) as { items: Integrated[] }
  for (const each of items) if (wanted[each.name]) await server.untilHealth(each.id, wanted[each.name] ?? '')
}

shoot(SHOTS)
