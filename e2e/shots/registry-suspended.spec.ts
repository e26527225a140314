// Pictures of a registry in whose place another server answers, and of what disconnected ones left behind.
import { expect, type Page, test } from '@playwright/test'
import type { Words } from '../support/looks.ts'
import { openList, openOverview } from '../support/screens.ts'
import { scripted, type Scripted } from '../support/scripted.ts'
import { type Integrated, Server } from '../support/server.ts'
import { shoot, type Shot } from '../support/shots.ts'

const ACCOUNT = { username: 'robot', password: 'shots-canary-1' }

let server: Server
let upstream: Scripted
let registry: Integrated

test.beforeAll(async () => {
  test.setTimeout(120_000)
  server = await Server.start()
  upstream = await scripted()
  upstream.account = ACCOUNT
  await server.setUp()
  registry = await server.integrate('dock-moved', upstream.address, { ...ACCOUNT })
  await server.untilHealth(registry.id, 'healthy')
  upstream.realm = 'another'
  await server.call('POST', `/registries/${registry.id}/refresh`)
  await server.untilHealth(registry.id, 'unhealthy')
})

test.afterAll(async () => {
  await server?.dispose()
  await upstream?.dispose()
})

/** What is left behind takes a proof that was cut off, so the answer is given here. */
async function leaveBehind(page: Page): Promise<void> {
  const upload = (name: string, attempts: number, error: string | null) => ({
    kind: 'upload',
    name,
    attempts,
    tried_at: '2026-01-02T03:04:05.000000Z',
    last_error: error,
  })
  const cleanup = (name: string, given_up_at: string | null, items: unknown[]) => ({
    id: `0199aaaa-0000-7000-8000-0000000000${name.length}`,
    registry_id: '0199aaaa-0000-7000-8000-000000000001',
    name,
    kind: 'docker',
    owner: { type: 'platform' },
    address: `https://${name}.example:5000`,
    disconnected_at: '2026-01-01T00:00:00.000000Z',
    gives_up_at: '2026-01-08T00:00:00.000000Z',
    given_up_at,
    items,
  })
  const items = [
    cleanup('lab-legacy', null, [upload('team/api', 4, 'upstream.timeout'), upload('team/web', 0, null)]),
    cleanup('edge', '2026-01-08T00:00:00.000000Z', [upload('base/debian', 190, 'upstream.forbidden')]),
  ]
  await page.route('**/api/v1/cleanups*', (route) =>
    route.fulfill({ json: { items, next_cursor: null, total: { value: 2, exact: true } } }),
  )
}

const SHOTS: Shot[] = [
  {
    name: 'suspended',
    server: () => server,
    open: async (page, words) => {
      await openOverview(page, server, registry)
      await expect(page.getByRole('alert')).toContainText(words.suspended)
    },
  },
  {
    name: 'suspended-confirm',
    server: () => server,
    open: async (page, words) => {
      await openOverview(page, server, registry)
      await page.getByRole('button', { name: words.confirmServer }).click()
      await expect(page.getByRole('dialog').getByRole('table')).toContainText(words.differs)
    },
  },
  {
    name: 'left-behind',
    server: () => server,
    whole: true,
    open: async (page: Page, words: Words) => {
      await leaveBehind(page)
      await openList(page, server, words)
      await expect(page.getByText('lab-legacy', { exact: true })).toBeVisible()
    },
  },
  {
    name: 'disconnect-cost',
    server: () => server,
    open: async (page, words) => {
      await openOverview(page, server, registry)
      await page.getByRole('button', { name: words.moreActions }).click()
      await page.getByRole('menuitem', { name: words.disconnect }).click()
      await expect(page.getByRole('dialog').getByText(words.costTags)).toBeVisible()
    },
  },
]

shoot(SHOTS)
