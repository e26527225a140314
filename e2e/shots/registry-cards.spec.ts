import { expect, type Page, test } from '@playwright/test'
import { openOverview } from '../support/screens.ts'
import { type Scripted, scripted } from '../support/scripted.ts'
import { type Integrated, Server } from '../support/server.ts'
import { type Shot, shoot } from '../support/shots.ts'

const WRITER = { username: 'robot', password: 'shots-canary-robot' }
const READER = { username: 'puller', password: 'shots-canary-puller' }

let server: Server
let upstream: Scripted
let plain: Integrated
let shared: Integrated

test.beforeAll(async () => {
  test.setTimeout(120_000)
  server = await Server.start()
  upstream = await scripted()
  upstream.account = WRITER
  upstream.reader = READER
  upstream.repositories = ['team/api']
  await server.setUp()
  plain = await server.integrate('dock-plain', upstream.address, { ...WRITER })
  shared = await server.integrate('dock-shared', upstream.address, { ...WRITER })
  for (const each of [plain, shared]) await server.untilHealth(each.id, 'healthy')
  await server.call('PUT', `/registries/${shared.id}/hook`)
  const path = `/registries/${shared.id}`
  const match = { 'if-match': `"${shared.generation}"` }
  const account = (await server.call('PUT', `${path}/pull-account`, READER, match)) as { generation: number }
  await server.call('PUT', `${path}/sharing`, { consent: true }, { 'if-match': `"${account.generation}"` })
})

test.afterAll(async () => {
  await server?.dispose()
  await upstream?.dispose()
})

/** Shows the end of a card of the overview. */
async function toCard(page: Page, registry: Integrated, button: string): Promise<void> {
  await openOverview(page, server, registry)
  const there = page.getByRole('button', { name: button })
  await expect(there).toBeVisible()
  await there.evaluate((element) => element.scrollIntoView({ block: 'end' }))
}

/** An hour ago, many events came, and somebody knocked. */
async function withEvents(page: Page): Promise<void> {
  await page.route(/\/hook$/, async (route) => {
    if (route.request().method() !== 'GET') return route.fallback()
    const answer = await route.fetch()
    const last = new Date(Date.now() - 3_600_000).toISOString()
    const came = { last_event_at: last, events_accepted: 18_204, events_dropped: 31, posts_unauthenticated: 2 }
    await route.fulfill({ response: answer, json: { ...((await answer.json()) as object), ...came } })
  })
}

const SHOTS: Shot[] = [
  {
    name: 'events-off',
    server: () => server,
    whole: true,
    open: (page, words) => toCard(page, plain, words.setUpEvents),
  },
  {
    name: 'events-on',
    server: () => server,
    whole: true,
    open: async (page, words) => {
      await withEvents(page)
      await toCard(page, shared, words.newSecret)
    },
  },
  {
    name: 'events-snippet',
    server: () => server,
    open: async (page, words) => {
      await toCard(page, shared, words.newSecret)
      await page.getByRole('button', { name: words.newSecret }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('button', { name: words.newSecret }).click()
      await expect(dialog.getByText('notifications:')).toBeVisible()
    },
  },
  {
    name: 'sharing-not',
    server: () => server,
    whole: true,
    open: (page, words) => toCard(page, plain, words.shareWithAll),
  },
  {
    name: 'sharing-consent',
    server: () => server,
    open: async (page, words) => {
      await toCard(page, plain, words.shareWithAll)
      await page.getByRole('button', { name: words.shareWithAll }).click()
      await expect(page.getByRole('dialog').getByRole('button').last()).toBeVisible()
      await page.waitForLoadState('networkidle')
    },
  },
  {
    name: 'sharing-shared',
    server: () => server,
    whole: true,
    open: async (page, words) => {
      await openOverview(page, server, shared)
      const card = page.getByRole('region', { name: words.whoMayPull })
      await expect(card.getByRole('button').last()).toBeVisible()
      await card.evaluate((element) => element.scrollIntoView({ block: 'end' }))
    },
  },
]

shoot(SHOTS)
