import { expectAccessible } from '../support/axe.ts'
import { BROWSER_LOCALE, LANGUAGES, WORDS } from '../support/looks.ts'
import { openList, openOverview, untilLive, untilRead } from '../support/screens.ts'
import { scripted, type Scripted } from '../support/scripted.ts'
import type { Integrated } from '../support/server.ts'
import { expect, installation, test } from '../support/test.ts'

const ACCOUNT = { username: 'robot', password: 'suspended-canary-1' }

let upstream: Scripted
let suspended: Integrated
const on = installation(async ({ server }) => {
  upstream = await scripted()
  upstream.account = ACCOUNT
  await server.setUp()
  suspended = await server.integrate('dock-moved', upstream.address, { ...ACCOUNT })
  await server.untilHealth(suspended.id, 'healthy')
  await untilRead(server, suspended.id)
  upstream.realm = 'another'
  await server.call('POST', `/registries/${suspended.id}/refresh`)
  await server.untilHealth(suspended.id, 'unhealthy')
  upstream.seen.length = 0
})
test.beforeEach(({ context }) => on.server.lend(context))
test.afterAll(() => upstream.dispose())

for (const language of LANGUAGES) {
  test.describe(`suspended registry in ${language}`, () => {
    test.use({ locale: BROWSER_LOCALE[language] })

    test('is told in the list and on its page, with both servers', async ({ page }) => {
      const words = WORDS[language]
      await openList(page, on.server, words)
      await expect(page.getByRole('row').filter({ hasText: 'dock-moved' })).toContainText(words.anotherServer)
      await openOverview(page, on.server, suspended)
      await expect(page.getByRole('alert')).toContainText(words.suspended)
      await expectAccessible(page, 'suspended registry')
      await page.getByRole('button', { name: words.confirmServer }).click()
      const dialog = page.getByRole('dialog')
      await expect(dialog.getByRole('table')).toContainText(words.differs)
      await expectAccessible(page, 'confirmation of another server')
    })
  })
}

test('menu refreshes, and does not test what is suspended', async ({ page }) => {
  await openOverview(page, on.server, suspended)
  await expect(page.getByRole('button', { name: 'Test connection' })).toHaveAttribute('aria-disabled', 'true')
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Refresh now' }).click()
  await expect(page.getByText('dock-moved is being looked at now.')).toBeVisible()
  expect(upstream.seen).toEqual([])
})

test('is confirmed with the password, given anew', async ({ page }) => {
  await openOverview(page, on.server, suspended)
  await untilLive(page)
  await page.getByRole('button', { name: 'Confirm…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Which server is dock-moved?' })
  const submit = dialog.getByRole('button', { name: 'Confirm this server' })
  await submit.click()
  await expect(dialog.getByLabel('New password or token')).toBeFocused()
  expect(upstream.seen).toEqual([])
  await dialog.getByLabel('New password or token').fill(ACCOUNT.password)
  await submit.click()
  await expect(page.getByText('The server of dock-moved is confirmed.')).toBeVisible()
  await expect(page.getByRole('alert')).toHaveCount(0)
  await expect(page.getByText('Healthy', { exact: true }).first()).toBeVisible()
})

test('disconnect dialog counts what it costs', async ({ page }) => {
  await openOverview(page, on.server, suspended)
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Disconnect' }).click()
  const cost = page.getByRole('dialog').getByRole('region', { name: 'What it costs' })
  await expect(cost).toContainText(/Tags that leave the lists\s*0/)
  await expect(cost).toContainText('Nothing: Roadstead made nothing there')
})
