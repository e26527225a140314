import type { Page } from '@playwright/test'
import { expectAccessible } from '../support/axe.ts'
import { BROWSER_LOCALE, LANGUAGES, WORDS } from '../support/looks.ts'
import { join, Person, type Tenant, workspace } from '../support/people.ts'
import { untilLive } from '../support/screens.ts'
import { expect, installation, test } from '../support/test.ts'

let payments: Tenant
let mona: Person

const on = installation(async ({ server }) => {
  await server.setUp()
  payments = await workspace(server, 'payments')
  mona = await Person.make(server, 'mona', { display_name: 'Mona Lee' })
  await join(server, payments, mona, 'admin')
  for (const name of ['eddie', 'vera', 'kim']) await Person.make(server, name)
})

async function open(page: Page, tenant = payments): Promise<void> {
  await page.goto(`${on.server.url}/workspaces/${tenant.id}/members`)
  await expect(page.getByRole('heading', { level: 1, name: 'Members' })).toBeVisible()
}

const row = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name })

test.describe('the administrator of a workspace', () => {
  test.beforeEach(({ context }) => mona.lend(context))
  test.use({ expectedErrors: [/status of (404|409|422) .*\/members/] })

  test('adds a member with the keyboard alone', async ({ page }) => {
    await open(page)
    const add = page.getByRole('button', { name: 'Add member' })
    for (let i = 0; i < 15 && !(await add.evaluate((button) => button === document.activeElement)); i += 1) {
      await page.keyboard.press('Tab')
    }
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Add member' })
    await expect(dialog.getByRole('textbox', { name: 'Name of the person' })).toBeFocused()
    await page.keyboard.type('nobody')
    await page.keyboard.press('Enter')
    await expect(dialog.getByText('Nobody has this name')).toBeVisible()
    await expect(dialog.getByRole('textbox', { name: 'Name of the person' })).toBeFocused()
    await expectAccessible(page, 'a name nobody has')
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type('eddie')
    await page.keyboard.press('Tab')
    await expect(dialog.getByRole('radio', { name: 'Viewer', exact: true })).toBeFocused()
    await page.keyboard.press('ArrowDown')
    await expect(dialog.getByRole('radio', { name: 'Editor', exact: true })).toBeChecked()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await expect(dialog).toBeHidden()
    await expect(row(page, 'eddie')).toContainText('Editor')
    await expect(add).toBeFocused()
  })

  test('is told that somebody is a member already, and what saving would change', async ({ page }) => {
    await open(page)
    await page.getByRole('button', { name: 'Add member' }).click()
    const dialog = page.getByRole('dialog', { name: 'Add member' })
    await dialog.getByRole('textbox', { name: 'Name of the person' }).fill('mona')
    await expect(dialog.getByRole('status')).toHaveText(
      'mona is a member already, as Administrator. Saving changes that role.',
    )
  })

  test('changes a role and removes a member, with the consequence named', async ({ page }) => {
    await on.server.call('POST', `/workspaces/${payments.id}/members`, { name: 'vera', role: 'viewer' })
    await open(page)
    await page.getByRole('button', { name: 'Actions for vera' }).click()
    await page.getByRole('menuitem', { name: 'Change role…' }).click()
    const roles = page.getByRole('dialog', { name: 'Change the role of vera' })
    await roles.getByRole('radio', { name: 'Editor', exact: true }).check()
    await expectAccessible(page, 'the roles')
    await roles.getByRole('button', { name: 'Save' }).click()
    await expect(row(page, 'vera')).toContainText('Editor')
    await expect(page.getByRole('button', { name: 'Actions for vera' })).toBeFocused()

    await page.getByRole('button', { name: 'Actions for vera' }).click()
    await page.getByRole('menuitem', { name: 'Remove…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Remove vera?' })
    await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused()
    await expect(dialog).toContainText('vera no longer sees payments and its registries')
    await dialog.getByRole('button', { name: 'Remove vera' }).click()
    await expect(row(page, 'vera')).toHaveCount(0)
    await expect(page.getByRole('heading', { level: 1, name: 'Members' })).toBeFocused()
  })

  test('cannot leave the workspace without an administrator', async ({ page }) => {
    await open(page)
    await expect(row(page, 'Mona Lee')).toContainText('mona · you')
    await page.getByRole('button', { name: 'Actions for Mona Lee' }).click()
    await page.getByRole('menuitem', { name: 'Change role…' }).click()
    const roles = page.getByRole('dialog')
    await roles.getByRole('radio', { name: 'Viewer', exact: true }).check()
    await expect(roles).toContainText('This is your own role')
    await roles.getByRole('button', { name: 'Save' }).click()
    await expect(roles.getByRole('alert')).toContainText('This is the last administrator of the workspace')
    await expectAccessible(page, 'the last administrator')
    await page.keyboard.press('Escape')

    await page.getByRole('button', { name: 'Actions for Mona Lee' }).click()
    await page.getByRole('menuitem', { name: 'Remove…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Remove Mona Lee?' })
    await expect(dialog).toContainText('This is you')
    await dialog.getByRole('button', { name: 'Remove Mona Lee' }).click()
    await expect(dialog.getByRole('alert')).toContainText('Make another member an administrator first')
  })

  test('sees a member that somebody else adds', async ({ page }) => {
    await open(page)
    await untilLive(page)
    await on.server.call('POST', `/workspaces/${payments.id}/members`, { name: 'kim', role: 'viewer' })
    await expect(row(page, 'kim')).toBeVisible({ timeout: 8_000 })
  })
})

test.describe('leaving', () => {
  // What the page asks once more about the workspace it is about to leave.
  test.use({ expectedErrors: [/status of 404 .*\/api\/v1\/workspaces\//] })

  test('whoever loses their role leaves the workspace at once', async ({ page, context }) => {
    const guest = await Person.make(on.server, 'guest')
    const place = await workspace(on.server, 'visited')
    await join(on.server, place, guest, 'admin')
    const other = await Person.make(on.server, 'host')
    await join(on.server, place, other, 'admin')
    await guest.lend(context)
    await open(page, place)
    await page.getByRole('button', { name: 'Actions for guest' }).click()
    await page.getByRole('menuitem', { name: 'Remove…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove guest' }).click()
    await expect(page).toHaveURL(/\/profile$/)
  })
})

test('the platform’s administrator is offered names while typing', async ({ page, context }) => {
  await on.server.lend(context)
  await open(page)
  await page.getByRole('button', { name: 'Add member' }).click()
  const dialog = page.getByRole('dialog', { name: 'Add member' })
  await dialog.getByLabel('Name of the person').fill('ki')
  await expect(dialog.locator('datalist option[value=kim]')).toHaveCount(1)
  await expect(dialog.locator('datalist option[value=eddie]')).toHaveCount(0)
})

for (const language of LANGUAGES) {
  test.describe(`members in ${language}`, () => {
    test.use({ locale: BROWSER_LOCALE[language] })

    test('are accessible, at 320 pixels too', async ({ page, context }) => {
      await mona.lend(context)
      const words = WORDS[language]
      await page.goto(`${on.server.url}/workspaces/${payments.id}/members`)
      await expect(page.getByRole('heading', { level: 1, name: words.members })).toBeVisible()
      await expect(page.getByRole('rowheader').first()).toBeVisible()
      await expectAccessible(page, 'members')
      await page.setViewportSize({ width: 320, height: 800 })
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
      await page.getByRole('button', { name: words.addMember }).click()
      await expect(page.getByRole('dialog')).toBeVisible()
      await expectAccessible(page, 'the dialog on a narrow screen')
    })
  })
}
