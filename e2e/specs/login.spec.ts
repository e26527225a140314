import { expectAccessible } from '../support/axe.ts'
import { BROWSER_LOCALE, LANGUAGES, WORDS } from '../support/looks.ts'
import { typeSignIn } from '../support/screens.ts'
import { expect, installation, test } from '../support/test.ts'

const on = installation(async ({ server }) => server.setUp())

// Who is not signed in asks who is, and is told that nobody is.
const NOBODY = /status of 401 .*\/api\/v1\/session$/
test.use({ expectedErrors: [NOBODY] })

test('right password leads to where the person wanted to go', async ({ page }) => {
  await page.goto(`${on.server.url}/registries?q=prod`)
  await expect(page.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible()
  await typeSignIn(page, WORDS.en)
  await expect(page.getByRole('heading', { level: 1, name: 'Integrated registries' })).toBeVisible()
  expect(page.url()).toBe(`${on.server.url}/registries?q=prod`)
})

test('wrong password is told without saying which of the two was wrong, and keeps the name', async ({ page }) => {
  await page.goto(`${on.server.url}/login`)
  await typeSignIn(page, WORDS.en, 'not the password')
  await expect(page.getByRole('alert')).toContainText('Name or password is wrong')
  await expect(page.getByRole('textbox', { name: 'Name' })).toHaveValue('padmin')
  await expect(page.getByLabel('Password', { exact: true })).toBeFocused()
  await expect(page.getByLabel('Password', { exact: true })).toHaveValue('')
})

for (const place of ['https://elsewhere.example/', '//elsewhere.example', '/\\elsewhere.example', 'javascript:alert(1)']) {
  test(`return to ${place} leads to the console instead`, async ({ page }) => {
    await page.goto(`${on.server.url}/login?return_to=${encodeURIComponent(place)}`)
    await typeSignIn(page, WORDS.en)
    await expect(page.getByRole('heading', { level: 1, name: 'Integrated registries' })).toBeVisible()
    expect(page.url()).toBe(`${on.server.url}/registries`)
  })
}

test('sign out ends the session and shows nothing more', async ({ page }) => {
  await page.goto(`${on.server.url}/login`)
  await typeSignIn(page, WORDS.en)
  await page.getByRole('button', { name: /account menu$/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible()
  await page.goto(`${on.server.url}/registries`)
  await expect(page.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible()
})

for (const language of LANGUAGES) {
  test.describe(`sign-in in ${language}`, () => {
    test.use({ locale: BROWSER_LOCALE[language] })

    test('is accessible', async ({ page }) => {
      const words = WORDS[language]
      await page.goto(`${on.server.url}/login`)
      await expect(page.getByRole('heading', { level: 1, name: words.signIn })).toBeVisible()
      await typeSignIn(page, words, 'not the password')
      await expect(page.getByRole('alert')).toBeVisible()
      await expectAccessible(page, 'sign-in with an error')
    })
  })
}
