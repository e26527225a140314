import { expectAccessible } from '../support/axe.ts'
import { BROWSER_LOCALE, LANGUAGES, WORDS } from '../support/looks.ts'
import { Registry } from '../support/registry.ts'
import { openOverview, untilLive, untilRead } from '../support/screens.ts'
import type { Integrated } from '../support/server.ts'
import { expect, installation, test } from '../support/test.ts'

let healthy: Integrated
let unhealthy: Integrated
let unverified: Integrated
const on = installation(async ({ server, registry }) => {
  await registry.fill(['team/api', 'team/web'])
  await server.setUp()
  const stopped = await Registry.start()
  healthy = await server.integrate('dock-open', registry.address, { description: 'Of the platform team.' })
  unhealthy = await server.integrate('lab-legacy', stopped.address)
  await stopped.dispose()
  unverified = await server.integrate('new-mirror', 'http://mirror.invalid:5000', { save_anyway: true })
  await server.untilHealth(healthy.id, 'healthy')
  await server.untilHealth(unhealthy.id, 'unhealthy')
  await untilRead(server, healthy.id)
})
test.beforeEach(({ context }) => on.server.lend(context))

test('healthy registry shows its figures, and why one is not known', async ({ page }) => {
  await openOverview(page, on.server, healthy)
  const statistics = page.getByRole('region', { name: 'Statistics' })
  await expect(statistics).toContainText(/Repositories\s*2/)
  await expect(statistics).toContainText('1 of 1 manifests read')
  await expect(page.getByRole('region', { name: 'Basic information' })).toContainText(on.registry.address)
  await expect(page).toHaveTitle('dock-open · Roadstead')
  await openOverview(page, on.server, unverified)
  await expect(page.getByRole('region', { name: 'Statistics' })).toContainText('Not measured yet')
})

test('connection test of a stored registry shows the step that failed, its cause and what to do', async ({ page }) => {
  await openOverview(page, on.server, unhealthy)
  const button = page.getByRole('button', { name: 'Test connection' })
  await button.click()
  const dialog = page.getByRole('dialog', { name: 'Test connection to lab-legacy' })
  await expect(dialog.getByRole('listitem').filter({ hasText: 'Connect' })).toContainText('The connection is refused')
  await expect(dialog).toContainText('Check the port, and that the registry runs.')
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await expect(button).toBeFocused()
})

test('description is edited in its place', async ({ page }) => {
  await openOverview(page, on.server, healthy)
  await page.getByRole('button', { name: 'Edit description' }).click()
  const box = page.getByRole('textbox', { name: 'Description' })
  await expect(box).toBeFocused()
  await box.fill('Of the build team.')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('The description is saved.')).toBeVisible()
  await expect(page.getByRole('region', { name: 'Basic information' })).toContainText('Of the build team.')
  await expect(page.getByRole('button', { name: 'Edit description' })).toBeFocused()
})

test.describe('two tabs', () => {
  test.use({ expectedErrors: [new RegExp('status of 412 .*/api/v1/registries/[0-9a-f-]+$')] })

  test('that edit the same registry: the later one is told, keeps its text, and can save after reloading', async ({
    page,
    context,
  }) => {
    const other = await context.newPage()
    for (const tab of [page, other]) {
      await openOverview(tab, on.server, healthy)
      await untilLive(tab)
      await tab.getByRole('button', { name: 'Edit description' }).click()
    }
    await other.getByRole('textbox', { name: 'Description' }).fill('From the other tab.')
    await other.getByRole('button', { name: 'Save' }).click()
    await expect(other.getByText('The description is saved.')).toBeVisible()

    await page.getByRole('textbox', { name: 'Description' }).fill('From this tab.')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect(page.getByRole('alert')).toContainText('Someone else changed this registry in the meantime')
    await expectAccessible(page, 'overview with a conflict')
    await page.getByRole('button', { name: 'Reload' }).click()
    await expect(page.getByRole('textbox', { name: 'Description' })).toHaveValue('From this tab.')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect(page.getByRole('region', { name: 'Basic information' })).toContainText('From this tab.')
    // And the other tab learns it without a reload.
    await expect(other.getByRole('region', { name: 'Basic information' })).toContainText('From this tab.')
  })
})

test('disconnect asks for the name, then leads to the list', async ({ page }) => {
  const doomed = await on.server.integrate('dock-doomed', on.registry.address)
  await openOverview(page, on.server, doomed)
  const more = page.getByRole('button', { name: 'More actions' })
  await more.click()
  await page.getByRole('menuitem', { name: 'Disconnect' }).click()
  const dialog = page.getByRole('dialog', { name: 'Disconnect dock-doomed?' })
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(more).toBeFocused()

  await more.click()
  await page.getByRole('menuitem', { name: 'Disconnect' }).click()
  const submit = dialog.getByRole('button', { name: 'Disconnect dock-doomed' })
  await dialog.getByRole('textbox').fill('dock-doome')
  await expect(submit).toBeDisabled()
  await dialog.getByRole('textbox').fill('dock-doomed')
  await submit.click()
  await expect(page.getByText('dock-doomed is disconnected.')).toBeVisible()
  await expect(page.getByRole('heading', { level: 1, name: 'Integrated registries' })).toBeFocused()
  await expect(page.getByRole('link', { name: 'dock-doomed', exact: true })).toHaveCount(0)
})

test.describe('registry that is not there', () => {
  test.use({ expectedErrors: [new RegExp('status of 404 .*/api/v1/registries/[0-9a-f-]+$')] })

  test('says so and leads back', async ({ page }) => {
    await page.goto(`${on.server.url}/registries/0199aaaa-0000-7000-8000-000000000000`)
    await expect(page.getByRole('heading', { level: 1, name: 'This registry does not exist' })).toBeVisible()
    await expectAccessible(page, 'registry that is gone')
    await page.getByRole('link', { name: 'All registries' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Integrated registries' })).toBeVisible()
  })
})

for (const language of LANGUAGES) {
  test.describe(`overview in ${language}`, () => {
    test.use({ locale: BROWSER_LOCALE[language] })

    test('is accessible in every state, with its dialogs', async ({ page }) => {
      const words = WORDS[language]
      for (const [registry, chip] of [
        [healthy, words.healthy],
        [unverified, words.unverified],
        [unhealthy, words.unhealthy],
      ] as const) {
        await openOverview(page, on.server, registry)
        await expect(page.getByText(chip, { exact: true }).first()).toBeVisible()
        await expect(page.getByRole('region', { name: words.basics })).toContainText(words.address)
        await expectAccessible(page, `overview, ${chip}`)
      }
      await page.getByRole('button', { name: words.testConnection }).click()
      await expect(page.getByRole('dialog').getByText(words.failed)).toBeVisible()
      await expectAccessible(page, 'test dialog')
      await page.keyboard.press('Escape')
      await expect(page.getByRole('dialog')).toHaveCount(0)
      await page.getByRole('button', { name: words.moreActions }).click()
      await page.getByRole('menuitem', { name: words.disconnect }).click()
      await expect(page.getByRole('button', { name: words.disconnectNow('lab-legacy') })).toBeVisible()
      await expectAccessible(page, 'disconnect dialog')
    })
  })
}

for (const width of [320, 390]) {
  test(`overview fits ${width} pixels`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 })
    await openOverview(page, on.server, unhealthy)
    await expect(page.getByRole('region', { name: 'Health' })).toContainText('Unhealthy')
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
  })
}
