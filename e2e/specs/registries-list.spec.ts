import { expectAccessible } from '../support/axe.ts'
import { BROWSER_LOCALE, LANGUAGES, WORDS } from '../support/looks.ts'
import { openList, untilLive } from '../support/screens.ts'
import { type Scripted, scripted } from '../support/scripted.ts'
import type { Integrated } from '../support/server.ts'
import { expect, installation, test } from '../support/test.ts'

const MANY = 54
let failing: Scripted
let failed: Integrated
const on = installation(async ({ server, registry }) => {
  failing = await scripted('well')
  await server.setUp()
  failed = await server.integrate('lab-legacy', failing.address)
  failing.behaviour = 'broken'
  for (let number = 1; number <= MANY; number++) {
    await server.integrate(`dock-${String(number).padStart(2, '0')}`, registry.address)
  }
  await server.untilHealth(failed.id, 'unhealthy')
})
test.afterAll(() => failing?.dispose())
test.beforeEach(({ context }) => on.server.lend(context))

const names = (page: import('@playwright/test').Page) => page.getByRole('rowheader').getByRole('link')

test('those that need attention come first, with their cause', async ({ page }) => {
  await openList(page, on.server, WORDS.en)
  await expect(names(page).first()).toHaveText('lab-legacy')
  await expect(page.getByRole('row').nth(1)).toContainText('Server error')
  await expect(page.getByRole('button', { name: 'Unhealthy 1' })).toBeVisible()
})

test('health and search narrow the list, stay in the address, and survive reload and a shared link', async ({
  page,
  context,
}) => {
  await openList(page, on.server, WORDS.en)
  await page.getByRole('button', { name: /^Unhealthy/ }).click()
  await expect(names(page)).toHaveText(['lab-legacy'])
  await page.getByRole('button', { name: /^All/ }).click()
  await page.getByLabel('Filter by name or address').fill('dock-5')
  await expect(names(page)).toHaveText(['dock-50', 'dock-51', 'dock-52', 'dock-53', 'dock-54'])
  const byName = page.getByRole('columnheader', { name: 'Name' }).getByRole('button')
  await byName.click()
  await expect(page.getByRole('columnheader', { name: 'Name' })).toHaveAttribute('aria-sort', 'ascending')
  await byName.click()
  const expected = ['dock-54', 'dock-53', 'dock-52', 'dock-51', 'dock-50']
  await expect(names(page)).toHaveText(expected)
  expect(new URL(page.url()).search).toBe('?q=dock-5&sort=-name')

  await page.reload()
  await expect(names(page)).toHaveText(expected)
  await expect(page.getByLabel('Filter by name or address')).toHaveValue('dock-5')
  const shared = await context.newPage()
  await shared.goto(page.url())
  await expect(names(shared)).toHaveText(expected)

  await page.getByRole('link', { name: 'dock-53', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'dock-53' })).toBeVisible()
  await page.goBack()
  await expect(names(page)).toHaveText(expected)
})

test('nothing that matches is another thing than nothing at all', async ({ page }) => {
  await openList(page, on.server, WORDS.en, '?q=nothing-like-it')
  await expect(page.getByRole('heading', { name: 'No registry matches' })).toBeVisible()
  await page.getByRole('button', { name: 'Clear filters' }).click()
  await expect(names(page).first()).toHaveText('lab-legacy')
  await page.getByRole('combobox', { name: 'Filter by kind' }).selectOption('Harbor')
  await expect(page.getByRole('heading', { name: 'No registry matches' })).toBeVisible()
})

test('pages are walked forth and back, by the buttons and by the browser', async ({ page }) => {
  await openList(page, on.server, WORDS.en, '?sort=name')
  await expect(page.getByText(`1–50 of ${MANY + 1}`)).toBeVisible()
  await page.getByRole('button', { name: 'Next' }).click()
  await expect(page.getByText(`51–${MANY + 1} of ${MANY + 1}`)).toBeVisible()
  await expect(names(page)).toHaveText(['dock-51', 'dock-52', 'dock-53', 'dock-54', 'lab-legacy'])
  await page.reload()
  await expect(names(page).first()).toHaveText('dock-51')
  await page.goBack()
  await expect(page.getByText(`1–50 of ${MANY + 1}`)).toBeVisible()
  await page.goForward()
  await page.getByRole('button', { name: 'Previous' }).click()
  await expect(names(page).first()).toHaveText('dock-01')
})

test('change by somebody else appears without a reload, and no row moves under the pointer', async ({ page }) => {
  await openList(page, on.server, WORDS.en, '?q=live')
  await expect(page.getByRole('heading', { name: 'No registry matches' })).toBeVisible()
  await untilLive(page)
  const first = await on.server.integrate('live-b', on.registry.address)
  await expect(names(page)).toHaveText(['live-b'])
  const second = await on.server.integrate('live-a', on.registry.address)
  await expect(names(page)).toHaveText(['live-b', 'live-a'])
  await page.getByRole('button', { name: 'Sort again' }).click()
  await expect(names(page)).toHaveText(['live-a', 'live-b'])
  await expect(page.getByRole('button', { name: 'Sort again' })).toHaveCount(0)
  for (const { id, name, generation } of [first, second]) {
    await on.server.call('DELETE', `/registries/${id}?confirm=${name}`, undefined, { 'if-match': `"${generation}"` })
  }
  await expect(page.getByRole('heading', { name: 'No registry matches' })).toBeVisible()
})

test('menu of a row works by keyboard and returns the focus', async ({ page }) => {
  await openList(page, on.server, WORDS.en)
  const menu = page.getByRole('button', { name: 'Actions for lab-legacy' })
  await menu.focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('menuitem', { name: 'Test connection' })).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('menuitem', { name: 'Edit…' })).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('menuitem', { name: 'Disconnect' })).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(menu).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('menuitem', { name: 'Test connection' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog', { name: 'Test connection to lab-legacy' })).toContainText('The registry reports an error of its own')
  await page.keyboard.press('Escape')
  await expect(menu).toBeFocused()
})

for (const language of LANGUAGES) {
  test.describe(`list in ${language}`, () => {
    test.use({ locale: BROWSER_LOCALE[language] })

    test('is accessible with rows, with a menu and without a match', async ({ page }) => {
      const words = WORDS[language]
      // A page of five rows has the same rules to keep as one of fifty.
      await openList(page, on.server, words, '?q=l')
      await expect(names(page).first()).toHaveText('lab-legacy')
      await expectAccessible(page, 'list')
      await page.getByRole('button', { name: words.actionsFor('lab-legacy') }).click()
      await expect(page.getByRole('menuitem', { name: words.testConnection })).toBeVisible()
      await expectAccessible(page, 'menu of a row')
      await openList(page, on.server, words, '?q=nothing-like-it')
      await expect(page.getByRole('heading', { name: words.noMatch })).toBeVisible()
      await expectAccessible(page, 'list without a match')
    })
  })
}

for (const width of [320, 390]) {
  test(`list fits ${width} pixels`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 })
    await openList(page, on.server, WORDS.en)
    await expect(names(page).first()).toHaveText('lab-legacy')
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
  })
}

test('all columns of a usual list are seen at 1440 pixels', async ({ page }) => {
  await openList(page, on.server, WORDS.en)
  await expect(names(page).first()).toHaveText('lab-legacy')
  const beyond = await page.getByRole('table').evaluate((table) => {
    const card = table.parentElement
    return card === null ? 0 : card.scrollWidth - card.clientWidth
  })
  expect(beyond).toBeLessThanOrEqual(0)
})
