import type { Page } from '@playwright/test'
import { expectAccessible } from '../support/axe.ts'
import { BROWSER_LOCALE, LANGUAGES, WORDS } from '../support/looks.ts'
import { join, Person, workspace } from '../support/people.ts'
import { untilLive } from '../support/screens.ts'
import { expect, installation, test } from '../support/test.ts'

let auditor: Person

const on = installation(async ({ server }) => {
  await server.setUp()
  auditor = await Person.make(server, 'ada', { platform_role: 'auditor' })
  await workspace(server, 'payments', 'Card payments')
})

test.beforeEach(async ({ context }, { title }) => {
  await (title.startsWith('auditor') ? auditor : on.server).lend(context)
})

async function open(page: Page, query = ''): Promise<void> {
  await page.goto(`${on.server.url}/workspaces${query}`)
  await expect(page.getByRole('heading', { level: 1, name: 'Workspaces' })).toBeVisible()
}

test('a workspace is created with the keyboard alone, and its first member follows', async ({ page }) => {
  await open(page)
  const create = page.getByRole('button', { name: 'Create workspace' })
  // From the top of the page: skip link, scope, the three places, the tools, then the page's own button.
  for (let i = 0; i < 15 && !(await create.evaluate((button) => button === document.activeElement)); i += 1) {
    await page.keyboard.press('Tab')
  }
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Create workspace' })
  await expect(dialog.getByRole('textbox', { name: 'Name' })).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await expect(create).toBeFocused()

  await page.keyboard.press('Enter')
  await expect(dialog.getByRole('textbox', { name: 'Name' })).toBeFocused()
  await page.keyboard.type('Not A Name')
  await page.keyboard.press('Enter')
  await expect(dialog.getByText('Use lower-case letters, digits and hyphens')).toBeVisible()
  await expect(dialog.getByRole('textbox', { name: 'Name' })).toBeFocused()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.type('by-keyboard')
  await page.keyboard.press('Tab')
  await page.keyboard.type('Made without a mouse')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'Members' })).toBeFocused()
  await expect(page.getByText('No members yet')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Scope: by-keyboard' })).toBeVisible()
})

test.describe('a name that is taken', () => {
  test.use({ expectedErrors: [/status of 409 .*\/api\/v1\/workspaces/] })

  test('is told under its field, by the server', async ({ page }) => {
    await open(page, '?create=true')
    const dialog = page.getByRole('dialog', { name: 'Create workspace' })
    await dialog.getByRole('textbox', { name: 'Name' }).fill('payments')
    await dialog.getByRole('button', { name: 'Create workspace' }).click()
    await expect(dialog.getByText('Another workspace has this name')).toBeVisible()
    await expect(dialog.getByRole('textbox', { name: 'Name' })).toBeFocused()
    await expectAccessible(page, 'the dialog with an error')
  })
})

test('the list counts what each workspace holds and is searched on the server', async ({ page }) => {
  const counted = await workspace(on.server, 'counted')
  const somebody = await Person.make(on.server, 'somebody')
  await join(on.server, counted, somebody, 'viewer')
  await on.server.call('POST', `/workspaces/${counted.id}/machine-accounts`, { name: 'robot', role: 'viewer' })
  await on.server.integrate('counted-registry', on.registry.address, { owner: { type: 'workspace', id: counted.id } })
  await open(page)
  await page.getByRole('searchbox', { name: 'Filter by name' }).fill('OUNT')
  await expect(page).toHaveURL(/q=OUNT/)
  await expect(page.getByRole('rowheader')).toHaveText(['counted'])
  const cells = page.getByRole('row').nth(1).getByRole('cell')
  await expect(cells.nth(1)).toHaveText('1')
  await expect(cells.nth(2)).toHaveText('1')
  await expect(cells.nth(3)).toHaveText('1')
  await expectAccessible(page, 'the workspaces')
  await page.reload()
  await expect(page.getByRole('searchbox', { name: 'Filter by name' })).toHaveValue('OUNT')
  await page.getByRole('searchbox', { name: 'Filter by name' }).fill('nothing-like-it')
  await expect(page.getByText('No workspace matches')).toBeVisible()
  await page.getByRole('button', { name: 'Clear filters' }).click()
  await expect(page).toHaveURL(/\/workspaces$/)
  await expect(page.getByRole('rowheader', { name: 'payments' })).toBeVisible()
})

test.describe('edits and deletions that are refused', () => {
  test.use({ expectedErrors: [/status of (409|412) .*\/api\/v1\/workspaces/] })

  test('a description is edited, and the change of another in the meantime is not lost', async ({ page }) => {
    const edited = (await workspace(on.server, 'edited', 'first')) as { id: string }
    await page.goto(`${on.server.url}/workspaces/${edited.id}`)
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Edit description…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Edit edited' })
    await dialog.getByRole('textbox', { name: 'Description' }).fill('mine')
    await on.server.call('PATCH', `/workspaces/${edited.id}`, { description: 'theirs' }, { 'if-match': '"1"' })
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect(dialog.getByRole('alert')).toContainText('Someone else changed this workspace')
    await expectAccessible(page, 'a conflict')
    await dialog.getByRole('button', { name: 'Reload' }).click()
    await expect(dialog.getByText('theirs')).toBeVisible()
    await expect(dialog.getByRole('textbox', { name: 'Description' })).toHaveValue('mine')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect(dialog).toBeHidden()
    await expect(page.getByRole('definition').getByText('mine')).toBeVisible()
  })

  test('a workspace with registries is kept, and the way to them is shown', async ({ page }) => {
    const full = await workspace(on.server, 'full')
    await on.server.integrate('in-the-way', on.registry.address, { owner: { type: 'workspace', id: full.id } })
    await open(page)
    await page.getByRole('button', { name: 'Actions for full' }).click()
    await page.getByRole('menuitem', { name: 'Delete…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete full?' })
    await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused()
    await expect(dialog.getByRole('button', { name: 'Delete full' })).toBeDisabled()
    await dialog.getByRole('textbox', { name: 'Type full to confirm' }).fill('full')
    await dialog.getByRole('button', { name: 'Delete full' }).click()
    await expect(dialog.getByRole('alert')).toContainText('in-the-way')
    await expectAccessible(page, 'a deletion with blockers')
    await dialog.getByRole('link', { name: 'Go to its registries' }).click()
    await expect(page).toHaveURL(new RegExp(`/workspaces/${full.id}/registries$`))
    await expect(page.getByRole('rowheader', { name: 'in-the-way' })).toBeVisible()
  })
})

test('an empty workspace is deleted once its name is typed', async ({ page }) => {
  await workspace(on.server, 'short-lived')
  await open(page, '?q=short')
  await page.getByRole('button', { name: 'Actions for short-lived' }).click()
  await page.getByRole('menuitem', { name: 'Delete…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox').fill('short-lived')
  await dialog.getByRole('button', { name: 'Delete short-lived' }).click()
  await expect(page.getByText('short-lived is deleted.')).toBeVisible()
  await expect(page.getByText('No workspace matches')).toBeVisible()
  await expect(page.getByRole('heading', { level: 1, name: 'Workspaces' })).toBeFocused()
})

test('a workspace made elsewhere appears by itself', async ({ page }) => {
  await open(page)
  await untilLive(page)
  await workspace(on.server, 'from-elsewhere')
  // Sooner than the next poll would bring it.
  await expect(page.getByRole('rowheader', { name: 'from-elsewhere' })).toBeVisible({ timeout: 8_000 })
})

test('auditor reads everything and is told why nothing can be changed', async ({ page }) => {
  await open(page)
  await expect(page.getByRole('button', { name: 'Create workspace' })).toHaveAttribute('aria-disabled', 'true')
  await page.getByRole('button', { name: 'Actions for payments' }).click()
  await expect(page.getByRole('menuitem', { name: /Delete/ })).toHaveAttribute('aria-disabled', 'true')
  await expect(page.getByRole('menuitem', { name: /Delete/ })).toContainText('Ask a platform administrator')
})

for (const language of LANGUAGES) {
  test.describe(`workspaces in ${language}`, () => {
    test.use({ locale: BROWSER_LOCALE[language] })

    test('are accessible, at 320 pixels too', async ({ page }) => {
      const words = WORDS[language]
      await page.goto(`${on.server.url}/workspaces`)
      await expect(page.getByRole('heading', { level: 1, name: words.workspaces })).toBeVisible()
      await page.getByRole('link', { name: 'payments', exact: true }).click()
      await expect(page.getByRole('heading', { level: 1, name: 'payments' })).toBeFocused()
      await expectAccessible(page, 'a workspace')
      await page.setViewportSize({ width: 320, height: 800 })
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
      await page.goBack()
      await expect(page.getByRole('rowheader', { name: 'payments' })).toBeVisible()
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
      await expectAccessible(page, 'narrow workspaces')
    })
  })
}
