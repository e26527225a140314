import type { Page } from '@playwright/test'
import { expectAccessible } from '../support/axe.ts'
import { BROWSER_LOCALE, LANGUAGES, WORDS } from '../support/looks.ts'
import { join, Person, workspace } from '../support/people.ts'
import { openOverview, openRepository, untilLive, untilRead } from '../support/screens.ts'
import type { Integrated } from '../support/server.ts'
import { expect, installation, test } from '../support/test.ts'

let seen: Integrated
let other: Integrated
const on = installation(async ({ server, registry }) => {
  await registry.fill(['team/api'])
  await server.setUp()
  seen = await server.integrate('dock-open', registry.address)
  other = await server.integrate('dock-other', registry.address)
  await untilRead(server, seen.id)
})
test.beforeEach(({ context }) => on.server.lend(context))

const card = (page: Page) => page.getByRole('region', { name: 'Events', exact: true })

/** Goes through the dialog that gives a snippet; answers the snippet with the address that is left to a person. */
async function issued(page: Page, button: string, title: string): Promise<string> {
  await card(page).getByRole('button', { name: button }).click()
  const dialog = page.getByRole('dialog', { name: title })
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await dialog.getByRole('button', { name: button }).click()
  const snippet = (await dialog.getByLabel('For config.yml').textContent()) ?? ''
  await expectAccessible(page, title)
  await expect(dialog.getByRole('button', { name: 'Copy The configuration' })).toBeVisible()
  await expect(dialog.getByText('server.public_url is not set')).toBeVisible()
  await dialog.getByRole('button', { name: 'Done' }).click()
  await expect(dialog).toBeHidden()
  expect(snippet).toMatch(/Authorization: \[Bearer rsh_[\w-]{43}\]/)
  expect(await page.content()).not.toContain('rsh_')
  return snippet.replaceAll('https://ROADSTEAD-ADDRESS', on.server.url)
}

test('what is pushed appears in the open page by the events of the registry, which a snippet sets up', async ({ page }) => {
  await openOverview(page, on.server, seen)
  await expect(card(page)).toContainText('Off')
  const snippet = await issued(page, 'Set up events', 'Set up events of dock-open')
  await expect(card(page)).toContainText('Waiting')
  await expect(card(page)).toContainText('No event has come yet')
  await on.registry.restartWith(snippet)

  await openRepository(page, on.server, seen, 'team/api')
  await expect(page.getByRole('row', { name: /1\.0/ })).toBeVisible()
  await untilLive(page)
  await on.registry.skopeoCopy('team/api:1.0', 'team/api:2.0')
  await expect(page.getByRole('row', { name: /2\.0/ })).toBeVisible()

  await openOverview(page, on.server, seen)
  await expect(card(page)).toContainText('On')
  await expect(card(page)).toContainText('Last event')

  // The registry goes on with the secret it was given, until its configuration is changed.
  const anew = await issued(page, 'New secret', 'New secret for the events of dock-open')
  expect(anew).not.toBe(snippet)
  await on.registry.fill(['team/api'], ['3.0'])
  await expect(card(page)).toContainText('Posts with a wrong secret')
  await expectAccessible(page, 'card of events with refused posts')

  await card(page).getByRole('button', { name: 'Remove' }).click()
  const question = page.getByRole('dialog', { name: 'Remove the events of dock-open?' })
  await question.getByRole('button', { name: 'Remove' }).click()
  await expect(card(page)).toContainText('Off')
})

test('viewer of a workspace is told why events cannot be set up', async ({ page, context }) => {
  const alpha = await workspace(on.server, 'alpha')
  const owned = await on.server.integrate('dock-alpha', on.registry.address, {
    owner: { type: 'workspace', id: alpha.id },
  })
  const viewer = await Person.make(on.server, 'a-viewer')
  await join(on.server, alpha, viewer, 'viewer')
  await context.clearCookies()
  await viewer.lend(context)
  await page.goto(`${on.server.url}/workspaces/${alpha.id}/registries/${owned.id}`)
  await expect(card(page).getByRole('button', { name: 'Set up events' })).toHaveAttribute('aria-disabled', 'true')
  await expect(card(page)).toContainText('administrator')
})

for (const language of LANGUAGES) {
  test.describe(`events in ${language}`, () => {
    test.use({ locale: BROWSER_LOCALE[language] })

    test('are accessible by keyboard, and fit a narrow page', async ({ page }) => {
      const words = WORDS[language]
      await page.setViewportSize({ width: 390, height: 800 })
      await openOverview(page, on.server, other)
      const setUp = page.getByRole('button', { name: words.setUpEvents })
      await setUp.focus()
      await page.keyboard.press('Enter')
      const dialog = page.getByRole('dialog')
      await expect(dialog).toBeVisible()
      await expectAccessible(page, 'question before events are set up')
      await page.keyboard.press('Escape')
      await expect(dialog).toBeHidden()
      await expect(setUp).toBeFocused()
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    })
  })
}
