import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { expectAccessible } from '../support/axe.ts'
import { expect, installation, test } from '../support/test.ts'

interface Registry {
  id: string
}

const on = installation(async ({ server, registry }) => {
  await server.setUp()
  const made = (await server.call('POST', '/registries', {
    kind: 'docker',
    name: 'dock-open',
    address: registry.address,
    plain_http_consent: true,
  })) as Registry
  await server.call('PATCH', `/registries/${made.id}`, { description: 'For the team' }, { 'if-match': '"1"' })
})

test.beforeEach(({ context }) => on.server.lend(context))

async function open(page: Page, query = ''): Promise<void> {
  await page.goto(`${on.server.url}/audit${query}`)
  await expect(page.getByRole('heading', { level: 1, name: 'Audit log' })).toBeVisible()
}

const entries = (page: Page) => page.getByRole('rowheader')

test('what was done is listed newest first, and an entry tells what changed', async ({ page }) => {
  await open(page)
  await expect(entries(page).first()).toHaveText('Edit registry')
  await expect(entries(page).last()).toHaveText('Make a set-up link')
  await page.getByRole('combobox', { name: 'Action' }).selectOption({ label: 'Edit registry' })
  await expect(page).toHaveURL(/action=registry\.edit/)
  await expect(entries(page)).toHaveText(['Edit registry'])
  const details = page.getByRole('button', { name: /^Details: Edit registry/ })
  await details.click()
  await expect(details).toHaveAttribute('aria-expanded', 'true')
  const changes = page.getByRole('region', { name: 'What changed' })
  await expect(changes).toContainText('description')
  await expect(changes).toContainText('For the team')
  await expect(page.getByRole('button', { name: 'Copy Request id' })).toBeVisible()
  await expectAccessible(page, 'an opened entry')
})

test('filters stay in the address, survive reload, and are cleared where nothing matches', async ({ page }) => {
  await open(page, '?range=24h&outcome=done')
  await page.getByLabel('Object name').fill('OPEN')
  await expect(entries(page)).toHaveText(['Edit registry', 'Integrate registry'])
  await page.reload()
  await expect(page.getByLabel('Object name')).toHaveValue('OPEN')
  await expect(entries(page)).toHaveCount(2)
  await page.getByLabel('Actor name or id').fill('stranger')
  await expect(page.getByText('No entry matches')).toBeVisible()
  await expectAccessible(page, 'no match')
  await page.getByRole('button', { name: 'Clear filters' }).click()
  await expect(page).toHaveURL(/\/audit$/)
  await expect(entries(page).first()).toBeVisible()
})

test('new entries appear on top while live is on', async ({ page }) => {
  await open(page, '?action=audit.export')
  await expect(page.getByText('No entry matches')).toBeVisible()
  await page.getByRole('switch', { name: 'Live' }).click()
  await expect(page).toHaveURL(/live=true/)
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export' }).click()
  await page.getByRole('menuitem', { name: 'CSV' }).click()
  const file = await (await download).path()
  expect(await readFile(file, 'utf8')).toMatch(/^at,actor_type,/)
  await expect(entries(page)).toHaveText(['Export the audit log'])
})

test('export carries what the filters leave', async ({ page }) => {
  await open(page, '?action=registry.integrate')
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export' }).click()
  await page.getByRole('menuitem', { name: 'JSON lines' }).click()
  const lines = (await readFile(await (await download).path(), 'utf8')).trim().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as { action: string }).action)).toEqual(['registry.integrate'])
})

test('at 320 pixels nothing has to be scrolled sideways', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 800 })
  await open(page, '?action=registry.edit')
  await page.getByRole('button', { name: /^Details/ }).first().click()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
  await expectAccessible(page, 'a narrow page')
})
