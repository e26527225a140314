import { expectAccessible } from '../support/axe.ts'
import { BROWSER_LOCALE, LANGUAGES, WORDS } from '../support/looks.ts'
import { ADMIN, Server } from '../support/server.ts'
import { expect, installation, test } from '../support/test.ts'

const on = installation()

test('link without its token is told to be incomplete', async ({ page }) => {
  await page.goto(`${on.server.url}/setup`)
  await expect(page.getByRole('heading', { level: 1, name: 'The set-up link is incomplete' })).toBeVisible()
  await expect(page.getByText('roadstead admin setup-link')).toBeVisible()
})

test('fields that cannot be right are told before anything is sent', async ({ page }) => {
  await page.goto(on.server.url + on.server.setupLink)
  await page.getByRole('textbox', { name: 'Administrator name' }).fill('Not A Name')
  await page.getByLabel(/^Password/).fill('short')
  await page.getByRole('button', { name: 'Create administrator' }).click()
  await expect(page.getByText('Use lower-case letters, digits and hyphens, at most 63')).toBeVisible()
  await expect(page.getByText('Use 12 to 128 characters')).toBeVisible()
  await expect(page.getByRole('textbox', { name: 'Administrator name' })).toBeFocused()
})

test.describe('link of another installation', () => {
  test.use({ expectedErrors: [/status of 403 .*\/api\/v1\/setup$/] })

  test('is refused with the way to a new one', async ({ page }) => {
    await page.goto(`${on.server.url}/setup#token=${'0'.repeat(43)}`)
    await fillIn(page)
    await expect(page.getByRole('heading', { level: 1, name: 'This link does not work any more' })).toBeVisible()
  })
})

for (const language of LANGUAGES) {
  test.describe(`set-up in ${language}`, () => {
    test.use({ locale: BROWSER_LOCALE[language] })

    test('is accessible', async ({ page }) => {
      const words = WORDS[language]
      await page.goto(on.server.url + on.server.setupLink)
      await expect(page.getByRole('heading', { level: 1, name: words.setUp })).toBeVisible()
      await expect(page.locator('html')).toHaveAttribute('lang', words.language)
      await page.getByRole('button', { name: words.createAdministrator }).click()
      await expect(page.locator('[aria-invalid=true]').first()).toBeVisible()
      await expectAccessible(page, 'set-up with errors')
    })
  })
}

test('link creates the first administrator once, signs in and leaves no token in the address', async ({ page }) => {
  await page.goto(on.server.url + on.server.setupLink)
  await expect(page.getByRole('heading', { level: 1, name: 'Set up Roadstead' })).toBeVisible()
  expect(page.url()).toBe(`${on.server.url}/setup`)
  await fillIn(page)
  await expect(page.getByRole('heading', { level: 1, name: 'Integrated registries' })).toBeVisible()
  await expect(page.getByRole('heading', { name: 'No registries yet' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'PA – padmin, account menu' })).toBeVisible()

  await page.goto(on.server.url + on.server.setupLink)
  await expect(page.getByRole('heading', { level: 1, name: 'Set-up is already done' })).toBeVisible()
  await expectAccessible(page, 'set-up that is done')
})

test('somebody who was slower is told that set-up is done', async ({ page }) => {
  const other = await Server.start()
  try {
    await page.goto(other.url + other.setupLink)
    await expect(page.getByRole('heading', { level: 1, name: 'Set up Roadstead' })).toBeVisible()
    await other.setUp()
    await page.reload()
    await expect(page.getByRole('heading', { level: 1, name: 'Set-up is already done' })).toBeVisible()
  } finally {
    await other.dispose()
  }
})

async function fillIn(page: import('@playwright/test').Page): Promise<void> {
  await page.getByRole('textbox', { name: 'Administrator name' }).fill(ADMIN.name)
  await page.getByLabel(/^Password/).fill(ADMIN.password)
  await page.getByLabel('Repeat the password').fill(ADMIN.password)
  await page.getByRole('button', { name: 'Create administrator' }).click()
}
