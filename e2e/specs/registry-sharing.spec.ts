import type { Page } from '@playwright/test'
import { expectAccessible } from '../support/axe.ts'
import { BROWSER_LOCALE, LANGUAGES, WORDS } from '../support/looks.ts'
import { openOverview, untilRead } from '../support/screens.ts'
import { type Scripted, scripted } from '../support/scripted.ts'
import type { Integrated } from '../support/server.ts'
import { expect, installation, test } from '../support/test.ts'

const WRITER = { username: 'robot', password: 'sharing-canary-robot' }
const READER = { username: 'puller', password: 'sharing-canary-puller' }

let upstream: Scripted
let closed: Integrated
const on = installation(async ({ server }) => {
  upstream = await scripted()
  upstream.account = WRITER
  upstream.reader = READER
  upstream.repositories = ['team/api']
  await server.setUp()
  closed = await server.integrate('dock-closed', upstream.address, { ...WRITER })
  await server.untilHealth(closed.id, 'healthy')
  await untilRead(server, closed.id)
})
test.beforeEach(({ context }) => on.server.lend(context))
test.afterAll(() => upstream.dispose())

/** How long the registry may take to be tried with an account. */
const TRIED = { timeout: 30_000 }

const card = (page: Page, title = 'Who may pull') => page.getByRole('region', { name: title, exact: true })

test.describe.serial('platform registry that asks for an account', () => {
  test.use({ expectedErrors: [/status of 502 .*\/pull-account/] })

  test('does not take a pull-only account that the registry rejects', async ({ page }) => {
    await openOverview(page, on.server, closed)
    await expect(card(page)).toContainText('Nobody but those who have an account of their own.')
    await card(page).getByRole('button', { name: 'Set pull-only account…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Pull-only account of dock-closed' })
    await dialog.getByRole('button', { name: 'Try and save' }).click()
    await expect(dialog.getByText('This is needed')).toHaveCount(2)
    await dialog.getByRole('textbox', { name: 'User name' }).fill(READER.username)
    await dialog.getByLabel('Password or token').fill('wrong')
    await dialog.getByRole('button', { name: 'Try and save' }).click()
    await expect(dialog.getByRole('alert')).toBeVisible(TRIED)
    await expectAccessible(page, 'pull-only account that was refused')
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await expect(card(page)).toContainText('None')
  })

  test('is shared with a pull-only account after consent, which is recorded, and no longer when that is taken back', async ({
    page,
  }) => {
    await openOverview(page, on.server, closed)
    await card(page).getByRole('button', { name: 'Set pull-only account…' }).click()
    const form = page.getByRole('dialog', { name: 'Pull-only account of dock-closed' })
    await form.getByRole('textbox', { name: 'User name' }).fill(READER.username)
    await form.getByLabel('Password or token').fill(READER.password)
    await form.getByRole('button', { name: 'Try and save' }).click()
    await expect(form).toBeHidden(TRIED)
    await expect(card(page)).toContainText(READER.username)
    await expect(card(page)).toContainText('given by padmin')

    await card(page).getByRole('button', { name: 'Share with all namespaces…' }).click()
    const consent = page.getByRole('dialog', { name: 'Share dock-closed with all namespaces' })
    await expect(consent).toContainText('pull-only account')
    await expect(consent).toContainText('tried on 1 repository', TRIED)
    await expectAccessible(page, 'consent')
    const share = consent.getByRole('button', { name: 'Share', exact: true })
    await expect(share).toBeDisabled()
    await consent.getByRole('checkbox', { name: /I consent/ }).check()
    await share.click()
    await expect(consent).toBeHidden(TRIED)
    await expect(card(page)).toContainText('Every namespace, with the pull-only account.')
    await expect(card(page)).toContainText('padmin consented')
    await expectAccessible(page, 'shared registry')
    expect(await page.content()).not.toContain(READER.password)

    await card(page).getByRole('button', { name: 'Stop sharing' }).click()
    const question = page.getByRole('dialog', { name: 'Stop sharing dock-closed?' })
    await question.getByRole('button', { name: 'Stop sharing' }).click()
    await expect(question).toBeHidden()
    await expect(card(page)).toContainText('Nobody but those who have an account of their own.')
  })
})

for (const language of LANGUAGES) {
  test.describe(`sharing in ${language}`, () => {
    test.use({ locale: BROWSER_LOCALE[language] })

    test('is asked for by keyboard, and fits a narrow page', async ({ page }) => {
      const words = WORDS[language]
      await page.setViewportSize({ width: 390, height: 800 })
      await openOverview(page, on.server, closed)
      const account = card(page, words.whoMayPull).getByRole('button').first()
      await account.focus()
      await page.keyboard.press('Enter')
      const dialog = page.getByRole('dialog')
      await expect(dialog.getByRole('textbox').first()).toBeFocused()
      await expectAccessible(page, 'pull-only account')
      await page.keyboard.press('Escape')
      await expect(dialog).toBeHidden()
      await expect(account).toBeFocused()
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    })
  })
}
