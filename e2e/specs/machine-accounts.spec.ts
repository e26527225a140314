import type { Page } from '@playwright/test'
import { expectAccessible } from '../support/axe.ts'
import { BROWSER_LOCALE, LANGUAGES, WORDS } from '../support/looks.ts'
import { join, Person, type Tenant, workspace } from '../support/people.ts'
import { expect, installation, test } from '../support/test.ts'

let payments: Tenant
let fresh: Tenant
let mona: Person

const on = installation(async ({ server }) => {
  await server.setUp()
  payments = await workspace(server, 'payments')
  mona = await Person.make(server, 'mona')
  await join(server, payments, mona, 'admin')
  fresh = await workspace(server, 'fresh')
  await join(server, fresh, mona, 'admin')
  await server.call('POST', `/workspaces/${payments.id}/machine-accounts`, { name: 'nightly', role: 'editor' })
})

test.beforeEach(({ context }) => mona.lend(context))

async function open(page: Page, tenant = payments): Promise<void> {
  await page.goto(`${on.server.url}/workspaces/${tenant.id}/machine-accounts`)
  await expect(page.getByRole('heading', { level: 1, name: 'Machine accounts' })).toBeVisible()
}

/** What a request with this token answers. */
async function ask(path: string, token: string): Promise<number> {
  const answer = await fetch(`${on.server.url}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } })
  return answer.status
}

test('an account is made, its token shown once, used, and revoked', async ({ page }) => {
  await open(page, fresh)
  await expect(page.getByText('No machine accounts yet')).toBeVisible()
  await expectAccessible(page, 'no machine accounts')
  await page.getByRole('button', { name: 'Create machine account' }).first().click()
  const making = page.getByRole('dialog', { name: 'Create machine account' })
  await making.getByRole('textbox', { name: 'Name' }).fill('build-farm')
  await making.getByRole('button', { name: 'Create machine account' }).click()
  await expect(page.getByRole('rowheader', { name: 'build-farm' })).toBeVisible()

  const tokens = page.getByRole('button', { name: 'Tokens of build-farm' })
  await tokens.click()
  const drawer = page.getByRole('dialog', { name: 'Tokens of build-farm' })
  await expect(drawer.getByText('No tokens yet')).toBeVisible()
  await drawer.getByRole('button', { name: 'Create token' }).click()
  await expect(drawer.getByRole('textbox', { name: 'Name' })).toBeFocused()
  // A viewer's token is not offered what a viewer may not do.
  await expect(drawer.getByRole('checkbox', { name: 'See registries' })).toBeVisible()
  await expect(drawer.getByRole('checkbox', { name: 'Integrate registry' })).toHaveCount(0)
  await drawer.getByRole('button', { name: 'Create token' }).click()
  await expect(drawer.getByText('This is needed')).toHaveCount(1)
  await expect(drawer.getByText('Choose at least one right')).toBeVisible()
  await expectAccessible(page, 'the form with errors')
  await drawer.getByRole('textbox', { name: 'Name' }).fill('jenkins')
  await drawer.getByRole('checkbox', { name: 'See registries' }).check()
  await drawer.getByRole('combobox', { name: 'Expires' }).selectOption({ label: 'In 30 days' })
  await drawer.getByRole('button', { name: 'Create token' }).click()

  await expect(drawer.getByRole('alert')).toContainText('It cannot be shown again')
  await expect(drawer.getByRole('button', { name: 'Copy token' })).toBeFocused()
  const secret = await drawer.getByRole('textbox', { name: 'Token' }).inputValue()
  expect(secret).toMatch(/^rst_/)
  await expectAccessible(page, 'the secret')
  expect(await ask(`/registries?owner=${fresh.id}`, secret)).toBe(200)
  expect(await ask(`/workspaces/${fresh.id}/members`, secret)).toBe(403)

  await drawer.getByRole('button', { name: 'Done' }).click()
  await expect(drawer.getByText('jenkins', { exact: true })).toBeVisible()
  expect(await page.content()).not.toContain(secret)
  await drawer.getByRole('button', { name: 'Revoke jenkins' }).click()
  await expect(drawer.getByText('Whatever uses it fails from then on')).toBeVisible()
  await expect(drawer.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await drawer.getByRole('button', { name: 'Cancel' }).click()
  await expect(drawer.getByRole('button', { name: 'Revoke jenkins' })).toBeFocused()
  await drawer.getByRole('button', { name: 'Revoke jenkins' }).click()
  await drawer.getByRole('group', { name: 'Revoke jenkins' }).getByRole('button', { name: 'Revoke jenkins' }).click()
  await expect(drawer.getByText('No tokens yet')).toBeVisible()
  expect(await ask(`/registries?owner=${fresh.id}`, secret)).toBe(401)
  await page.keyboard.press('Escape')
  await expect(tokens).toBeFocused()
})

test('the secret does not go by accident, and a closed drawer has forgotten it', async ({ page }) => {
  await on.server.call('POST', `/workspaces/${payments.id}/machine-accounts`, { name: 'forgetful', role: 'viewer' })
  await open(page)
  await page.getByRole('button', { name: 'Tokens of forgetful' }).click()
  const drawer = page.getByRole('dialog')
  await drawer.getByRole('button', { name: 'Create token' }).click()
  await drawer.getByRole('textbox', { name: 'Name' }).fill('once')
  await drawer.getByRole('checkbox', { name: 'See registries' }).check()
  await drawer.getByRole('button', { name: 'Create token' }).click()
  const shown = drawer.getByRole('textbox', { name: 'Token' })
  const secret = await shown.inputValue()
  expect(secret).toMatch(/^rst_/)
  await page.keyboard.press('Escape')
  await expect(shown).toBeVisible()
  await drawer.getByRole('button', { name: 'Done' }).click()
  await page.keyboard.press('Escape')
  await expect(drawer).toHaveCount(0)
  await page.getByRole('button', { name: 'Tokens of forgetful' }).click()
  await expect(drawer.getByText('once', { exact: true })).toBeVisible()
  await expect(shown).toHaveCount(0)
  expect(await page.content()).not.toContain(secret)
})

test('deleting an account names the tokens that end with it', async ({ page }) => {
  const path = `/workspaces/${payments.id}/machine-accounts`
  const made = (await on.server.call('POST', path, { name: 'leaver', role: 'editor' })) as Tenant
  await on.server.call('POST', `${path}/${made.id}/tokens`, {
    name: 'in-use',
    scope: ['registry.read'],
    expires_at: new Date(Date.now() + 86_400_000).toISOString(),
  })
  await open(page)
  await page.getByRole('button', { name: 'Actions for leaver' }).click()
  await page.getByRole('menuitem', { name: 'Delete…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Delete leaver?' })
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await expect(dialog.getByRole('listitem')).toHaveText(['in-use'])
  await expectAccessible(page, 'the deletion')
  await dialog.getByRole('button', { name: 'Delete leaver' }).click()
  await expect(page.getByRole('rowheader', { name: 'leaver' })).toHaveCount(0)
  await expect(page.getByRole('heading', { level: 1, name: 'Machine accounts' })).toBeFocused()
})

test.describe('what the server refuses', () => {
  test.use({ expectedErrors: [/status of (409|422) .*\/machine-accounts/] })

  test('stands under its field', async ({ page }) => {
    const path = `/workspaces/${payments.id}/machine-accounts`
    await on.server.call('POST', path, { name: 'twin', role: 'viewer' })
    await open(page)
    await page.getByRole('button', { name: 'Create machine account' }).first().click()
    const making = page.getByRole('dialog', { name: 'Create machine account' })
    await making.getByRole('textbox', { name: 'Name' }).fill('twin')
    await making.getByRole('button', { name: 'Create machine account' }).click()
    await expect(making.getByText('Another machine account has this name')).toBeVisible()
    await page.keyboard.press('Escape')

    await page.getByRole('button', { name: 'Tokens of twin' }).click()
    const drawer = page.getByRole('dialog')
    await drawer.getByRole('button', { name: 'Create token' }).click()
    await drawer.getByRole('textbox', { name: 'Name' }).fill('too-long')
    await drawer.getByRole('checkbox', { name: 'See registries' }).check()
    await drawer.getByRole('combobox', { name: 'Expires' }).selectOption({ label: 'At a time of your choice' })
    await drawer.getByLabel('Expires at').fill('2199-01-01T00:00')
    await drawer.getByRole('button', { name: 'Create token' }).click()
    await expect(drawer.getByText('A token ends in the future, within 366 days')).toBeVisible()
    await expect(drawer.getByLabel('Expires at')).toBeFocused()
  })
})

for (const language of LANGUAGES) {
  test.describe(`machine accounts in ${language}`, () => {
    test.use({ locale: BROWSER_LOCALE[language] })

    test('are accessible, at 320 pixels too', async ({ page }) => {
      const words = WORDS[language]
      await page.goto(`${on.server.url}/workspaces/${payments.id}/machine-accounts`)
      await expect(page.getByRole('heading', { level: 1, name: words.machineAccounts })).toBeVisible()
      await expect(page.getByRole('rowheader').first()).toBeVisible()
      await expectAccessible(page, 'machine accounts')
      await page.setViewportSize({ width: 320, height: 800 })
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
      await page.getByRole('button', { name: words.tokensOf('nightly') }).click()
      await page.getByRole('dialog').getByRole('button', { name: words.createToken }).click()
      await expect(page.getByRole('dialog').getByRole('checkbox').first()).toBeVisible()
      await expectAccessible(page, 'the token form on a narrow screen')
    })
  })
}
