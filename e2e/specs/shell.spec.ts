import { expectAccessible } from '../support/axe.ts'
import { BROWSER_LOCALE, LANGUAGES, WORDS } from '../support/looks.ts'
import { openList, openOverview, typeSignIn } from '../support/screens.ts'
import { expect, installation, test } from '../support/test.ts'

const on = installation(async ({ server }) => server.setUp())

test('chosen theme and language stay after a reload', async ({ page, context }) => {
  await on.server.lend(context)
  await openList(page, on.server, WORDS.en)
  await page.getByRole('button', { name: 'Switch to dark theme' }).click()
  await page.getByRole('button', { name: '切换到中文' }).click()
  await expect(page.getByRole('heading', { level: 1, name: '已集成的镜像仓库' })).toBeVisible()
  await expect(page).toHaveTitle('已集成的镜像仓库 · Roadstead')
  await page.reload()
  await expect(page.getByRole('heading', { level: 1, name: '已集成的镜像仓库' })).toBeVisible()
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN')
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark')
  await page.getByRole('button', { name: 'Switch to English' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Integrated registries' })).toBeVisible()
})

test('opened page is announced, has the focus on its title and names the tab', async ({ page, context }) => {
  await on.server.lend(context)
  const registry = await on.server.integrate('dock-open', on.registry.address)
  await openList(page, on.server, WORDS.en)
  await page.getByRole('link', { name: 'dock-open', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'dock-open' })).toBeFocused()
  await expect(page.getByText('Opened: dock-open')).toBeAttached()
  await page.goBack()
  await expect(page.getByRole('heading', { level: 1, name: 'Integrated registries' })).toBeFocused()
  await openOverview(page, on.server, registry)
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused()
})

test('address without a page says so inside the shell', async ({ page, context }) => {
  await on.server.lend(context)
  await page.goto(`${on.server.url}/nowhere/at/all`)
  await expect(page.getByRole('heading', { level: 1, name: 'Page not found' })).toBeVisible()
  await page.getByRole('link', { name: 'Go to the registries' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Integrated registries' })).toBeVisible()
})

test('narrow screen has the navigation behind a button that gets the focus back', async ({ page, context }) => {
  await on.server.lend(context)
  await page.setViewportSize({ width: 390, height: 800 })
  await page.goto(`${on.server.url}/nowhere`)
  const button = page.getByRole('button', { name: 'Open navigation' })
  await button.click()
  await expect(page.getByRole('dialog')).toBeVisible()
  await expectAccessible(page, 'navigation of a narrow screen')
  await page.keyboard.press('Escape')
  await expect(button).toBeFocused()
  await button.click()
  await page.getByRole('dialog').getByRole('link', { name: 'Integrated registries' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Integrated registries' })).toBeVisible()
  await expect(page.getByRole('dialog')).toHaveCount(0)
})

test.describe('session that ends', () => {
  // What the page asks once its session is gone.
  test.use({ expectedErrors: [/status of 401 .*\/api\/v1\/(session|registries|changes|registry-tests)(\?|$)/] })

  test('in the middle of a form is renewed over it, and nothing typed is lost', async ({ page, context }) => {
    await page.goto(`${on.server.url}/login`)
    await typeSignIn(page, WORDS.en)
    await expect(page.getByRole('heading', { level: 1, name: 'Integrated registries' })).toBeVisible()
    await page.getByRole('button', { name: 'Integrate registry' }).first().click()
    const drawer = page.getByRole('dialog', { name: 'Integrate registry' })
    await drawer.getByRole('textbox', { name: 'Name' }).first().fill('half-typed')

    await context.clearCookies()
    await drawer.getByRole('textbox', { name: 'Address' }).fill('https://registry.invalid')
    const over = page.getByRole('dialog', { name: 'Your session is over' })
    await expect(over).toBeVisible({ timeout: 20_000 })
    await expectAccessible(page, 'session dialog over the drawer')
    await expect(over.getByRole('textbox', { name: 'Name' })).toHaveValue('padmin')
    await over.getByLabel('Password', { exact: true }).fill('padmin has a long password')
    await over.getByRole('button', { name: 'Sign in' }).click()
    await expect(over).toBeHidden()
    await expect(drawer.getByRole('textbox', { name: 'Name' }).first()).toHaveValue('half-typed')
  })
})

for (const language of LANGUAGES) {
  test.describe(`shell in ${language}`, () => {
    test.use({ locale: BROWSER_LOCALE[language] })

    test('is accessible with the account menu and where no page is', async ({ page, context }) => {
      await on.server.lend(context)
      const words = WORDS[language]
      await page.goto(`${on.server.url}/nowhere`)
      await expect(page.getByRole('heading', { level: 1, name: words.pageNotFound })).toBeVisible()
      await page.getByRole('button', { name: words.account }).click()
      await expect(page.getByRole('menuitem', { name: words.signOut })).toBeVisible()
      await expectAccessible(page, 'page not found with the account menu')
    })
  })
}

test.describe('server that restarts', () => {
  // While it is away its address does not answer.
  test.use({ expectedErrors: [/ERR_(CONNECTION_REFUSED|INCOMPLETE_CHUNKED_ENCODING|CONNECTION_RESET|EMPTY_RESPONSE)/] })

  test('is told to be away, and what changed meanwhile is there after', async ({ page, context }) => {
    await on.server.lend(context)
    await openList(page, on.server, WORDS.en)
    const live = page.getByRole('banner').getByRole('status')
    await expect(live).toHaveText('Live')
    await on.server.stop()
    await expect(live).toHaveText('Reconnecting')
    await on.server.resume()
    await expect(live).toHaveText('Live', { timeout: 40_000 })
    await on.server.integrate('after-restart', on.registry.address)
    await expect(page.getByRole('link', { name: 'after-restart', exact: true })).toBeVisible()
  })
})
