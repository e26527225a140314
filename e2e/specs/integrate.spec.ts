import { expectAccessible } from '../support/axe.ts'
import { BROWSER_LOCALE, LANGUAGES, WORDS } from '../support/looks.ts'
import { ACCOUNT, Registry } from '../support/registry.ts'
import { openList, typeRegistry, untilLive } from '../support/screens.ts'
import { type Scripted, scripted } from '../support/scripted.ts'
import { expect, installation, test } from '../support/test.ts'

let basic: Registry
let silent: Scripted
const on = installation(async ({ server, registry }) => {
  basic = await Registry.start({ basic: true })
  silent = await scripted('silent')
  await basic.fill(['payments/gateway'])
  await registry.fill(['team/api', 'team/web', 'base/debian'])
  await server.setUp()
})
test.afterAll(async () => {
  await basic?.dispose()
  await silent?.dispose()
})
test.beforeEach(({ context }) => on.server.lend(context))

test('typed registry is tested while it is typed, integrated, and followed down and up again', async ({ page }) => {
  await openList(page, on.server, WORDS.en)
  await untilLive(page)
  await page.getByRole('button', { name: 'Integrate registry' }).first().click()
  const drawer = page.getByRole('dialog', { name: 'Integrate registry' })
  await typeRegistry(page, WORDS.en, { name: 'dock-open', address: on.registry.address })

  // Nobody pressed a button: the free steps ran by themselves, the account was not tried.
  const steps = drawer.getByRole('listitem')
  await expect(steps.filter({ hasText: 'Detect product' })).toContainText('OK')
  await expect(steps.filter({ hasText: 'Sign in' })).toContainText('Not tried yet')
  await drawer.getByRole('button', { name: 'Test without an account' }).click()
  await expect(steps.filter({ hasText: 'Check rights' })).toContainText('repositories can be listed')
  await drawer.getByRole('button', { name: 'Integrate registry' }).click()

  await expect(page.getByText('dock-open is integrated.')).toBeVisible()
  await expect(page.getByRole('heading', { level: 1, name: 'dock-open' })).toBeVisible()
  const health = page.getByRole('region', { name: 'Health' })
  await expect(health).toContainText('Healthy')
  await expect(page.getByRole('region', { name: 'Statistics' })).toContainText(/Repositories\s*3/)

  await on.registry.stop()
  await expect(health).toContainText('Unhealthy', { timeout: 40_000 })
  await expect(health).toContainText('The connection is refused: nothing listens at this address and port.')
  await on.registry.resume()
  await expect(health).toContainText('The registry answers as it should.', { timeout: 40_000 })
  // The strip goes on telling of the time it did not.
  await expect(page.locator('.title-line')).toContainText('Healthy')
  await expect(page.locator('.title-line')).not.toContainText('Unhealthy')
})

test('the button of the test stays in its place and works while a test that nobody asked for begins and runs', async ({ page }) => {
  await openList(page, on.server, WORDS.en, '?integrate=true')
  const drawer = page.getByRole('dialog', { name: 'Integrate registry' })
  const card = drawer.getByRole('region', { name: 'Connection test' })
  await expect(drawer.getByRole('textbox', { name: 'Name' }).first()).toBeFocused()
  await page.clock.install()
  await page.clock.pauseAt(Date.now() + 1_000)
  await typeRegistry(page, WORDS.en, { name: 'dock-silent', address: silent.address })
  const button = card.getByRole('button', { name: 'Test without an account' })
  await expect(card.getByRole('listitem')).toHaveCount(5)
  const place = await button.boundingBox()
  await page.clock.resume()
  await expect(card.getByText('Running')).toBeVisible()
  expect((await button.boundingBox())?.y).toBe(place?.y)
  const asked = page.waitForRequest((request) => request.url().endsWith('/registry-tests') && request.postDataJSON().credential === true)
  await button.click()
  await asked
})

test.describe('wrong password', () => {
  test.use({ expectedErrors: [/status of 502 .*\/api\/v1\/registries$/] })

  test('is told at the test card, nothing is saved, and it can be saved anyway as unverified', async ({ page }) => {
    await openList(page, on.server, WORDS.en, '?integrate=true')
    const drawer = page.getByRole('dialog', { name: 'Integrate registry' })
    await typeRegistry(page, WORDS.en, { name: 'dock-basic', address: basic.address, ...ACCOUNT, password: 'wrong' })
    const test = drawer.getByRole('region', { name: 'Connection test' })
    await test.getByRole('button', { name: 'Test with the account' }).click()
    await expect(test.getByRole('listitem').filter({ hasText: 'Sign in' })).toContainText('The registry rejects the account')

    await drawer.getByRole('button', { name: 'Integrate registry' }).click()
    await expect(test.getByRole('alert')).toContainText('nothing was saved')
    await test.getByRole('button', { name: 'Save anyway' }).click()
    await expect(page.getByText('dock-basic is stored as unverified.')).toBeVisible()
    await expect(page.getByRole('heading', { level: 1, name: 'dock-basic' })).toBeVisible()
    await expect(page.getByText('Unverified', { exact: true })).toBeVisible()
  })
})

test.describe('name that is taken', () => {
  test.use({ expectedErrors: [/status of 409 .*\/api\/v1\/registries$/] })

  test('is told under its field, which takes the focus', async ({ page }) => {
    await openList(page, on.server, WORDS.en, '?integrate=true')
    await on.server.integrate('dock-taken', on.registry.address)
    await typeRegistry(page, WORDS.en, { name: 'dock-taken', address: on.registry.address })
    const drawer = page.getByRole('dialog', { name: 'Integrate registry' })
    await drawer.getByRole('button', { name: 'Integrate registry' }).click()
    await expect(drawer.getByText('Another registry has this name')).toBeVisible()
    await expect(drawer.getByRole('textbox', { name: 'Name' }).first()).toBeFocused()
  })
})

test('keyboard alone integrates a registry', async ({ page }) => {
  const extra = await Registry.start()
  try {
    await openList(page, on.server, WORDS.en)
    await page.getByRole('button', { name: 'Integrate registry' }).first().focus()
    await page.keyboard.press('Enter')
    const drawer = page.getByRole('dialog', { name: 'Integrate registry' })
    await expect(drawer.getByRole('textbox', { name: 'Name' }).first()).toBeFocused()
    await page.keyboard.type('dock-keys')
    await page.keyboard.press('Tab')
    await page.keyboard.type(extra.address)
    await page.keyboard.press('Tab')
    await expect(drawer.getByRole('checkbox', { name: 'Use an unencrypted connection' })).toBeFocused()
    await page.keyboard.press('Space')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { level: 1, name: 'dock-keys' })).toBeFocused()
  } finally {
    await extra.dispose()
  }
})

test('drawer returns the focus on its first close, keeps what was typed but the password, and closes by going back', async ({
  page,
}) => {
  await openList(page, on.server, WORDS.en)
  const button = page.getByRole('button', { name: 'Integrate registry' }).first()
  await button.click()
  const drawer = page.getByRole('dialog', { name: 'Integrate registry' })
  await typeRegistry(page, WORDS.en, { name: 'half-typed', address: 'https://registry.invalid', ...ACCOUNT })
  await page.keyboard.press('Escape')
  await expect(drawer).toBeHidden()
  await expect(button).toBeFocused()
  await button.click()
  await expect(drawer.getByRole('textbox', { name: 'Name' }).first()).toHaveValue('half-typed')
  await expect(drawer.getByLabel('Password or token')).toHaveValue('')
  await page.goBack()
  await expect(drawer).toBeHidden()
})

for (const language of LANGUAGES) {
  test.describe(`integrate drawer in ${language}`, () => {
    test.use({ locale: BROWSER_LOCALE[language] })

    test('is accessible while a test runs and after one failed', async ({ page }) => {
      const words = WORDS[language]
      await openList(page, on.server, words, '?integrate=true')
      const drawer = page.getByRole('dialog', { name: words.integrate })
      await typeRegistry(page, words, { name: 'dock-axe', address: silent.address })
      await expect(drawer.getByText(words.running)).toBeVisible()
      await expectAccessible(page, 'integrate drawer, test running')
      await drawer.getByRole('textbox', { name: words.address }).fill(basic.address)
      await drawer.getByRole('button', { name: words.testWithoutAccount }).click()
      await expect(drawer.getByText(words.failed).first()).toBeVisible()
      await expectAccessible(page, 'integrate drawer, test failed')
    })
  })
}

test('drawer fits 320 pixels', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 700 })
  await openList(page, on.server, WORDS.en, '?integrate=true')
  await expect(page.getByRole('dialog', { name: 'Integrate registry' })).toBeVisible()
  const drawer = page.getByRole('dialog', { name: 'Integrate registry' })
  expect(await drawer.evaluate((element) => element.scrollWidth - element.clientWidth)).toBeLessThanOrEqual(0)
})
