import type { Locator, Page } from '@playwright/test'
import { type Made, Pusher, pushArtifacts } from '../support/artifacts.ts'
import { expectAccessible } from '../support/axe.ts'
import { BROWSER_LOCALE, LANGUAGES } from '../support/looks.ts'
import { join as enter, Person, workspace } from '../support/people.ts'
import { Registry } from '../support/registry.ts'
import { openArtifact, openRepository, repositoryId, untilLive, untilRead } from '../support/screens.ts'
import type { Integrated } from '../support/server.ts'
import { expect, installation, test } from '../support/test.ts'

const NAME = 'team/api'
/** How long a deletion may take: the registry is looked at before. */
const LOOKED = { timeout: 20_000 }

let deletable: Registry
let filled: Integrated
let closed: Integrated
let made: Made
let viewer: Person
const on = installation(async ({ server, registry }) => {
  deletable = await Registry.start({ deletion: true })
  made = await pushArtifacts(deletable, NAME)
  const push = new Pusher(deletable, NAME)
  await push.image({ layers: [1_000] }, 'alone')
  await push.image({ layers: [2_000] }, 'moving')
  await push.image({ layers: [3_000] }, ...Array.from({ length: 14 }, (_, index) => `nightly-${index + 10}`))
  await registry.fill([NAME])
  await server.setUp()
  filled = await server.integrate('dock-delete', deletable.address)
  const alpha = await workspace(server, 'alpha')
  closed = await server.integrate('dock-closed', registry.address, { owner: { type: 'workspace', id: alpha.id } })
  viewer = await Person.make(server, 'a-viewer')
  await enter(server, alpha, viewer, 'viewer')
  await untilRead(server, filled.id)
  await untilRead(server, closed.id)
})
test.afterAll(() => deletable?.dispose())
test.beforeEach(({ context }) => on.server.lend(context))

/** Opens the question about a tag, from the list. */
async function askFor(page: Page, tag: string): Promise<Locator> {
  await openRepository(page, on.server, filled, NAME)
  await untilLive(page)
  await page.getByRole('button', { name: `Delete tag ${tag}`, exact: true }).click()
  const dialog = page.getByRole('dialog', { name: `Delete tag ${tag}?` })
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused()
  return dialog
}

async function askForArtifact(page: Page, digest: string): Promise<Locator> {
  await openArtifact(page, on.server, filled, NAME, digest)
  await page.getByRole('button', { name: 'Delete…' }).click()
  return page.getByRole('dialog', { name: /^Delete artifact/ })
}

test('tag that is alone on its artifact goes with it, and out of the list', async ({ page }) => {
  const dialog = await askFor(page, 'alone')
  await expect(dialog).toContainText('the artifact goes with it', LOOKED)
  await expectAccessible(page, 'question about a tag')
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
  const button = page.getByRole('button', { name: 'Delete tag alone', exact: true })
  await expect(button).toBeFocused()
  await button.click()
  await dialog.getByRole('button', { name: 'Delete 1 tag' }).click(LOOKED)
  await expect(page.getByText('Tag alone is deleted.')).toBeVisible(LOOKED)
  await expect(dialog).toHaveCount(0)
  await expect(button).toHaveCount(0)
})

test('tag that shares its artifact leads to the artifact, all of whose tags go after the name was typed', async ({ page }) => {
  const dialog = await askFor(page, 'nightly-10')
  await expect(dialog).toContainText('Other tags point at the same artifact', LOOKED)
  await expect(dialog.getByRole('listitem')).toHaveCount(11)
  await expect(dialog).toContainText('and 4 more')
  await expect(dialog.getByRole('button', { name: /^Delete \d/ })).toHaveCount(0)
  await expectAccessible(page, 'tag that cannot go alone')
  await dialog.getByRole('button', { name: 'Delete the artifact with its 14 tags' }).click()
  const instead = page.getByRole('dialog', { name: /^Delete artifact/ })
  await expect(instead.getByRole('button', { name: 'Cancel' })).toBeFocused()
  const remove = instead.getByRole('button', { name: 'Delete 14 tags' })
  await expect(remove).toBeDisabled(LOOKED)
  await instead.getByRole('textbox', { name: `Type ${NAME}` }).fill('team/ap')
  await expect(remove).toBeDisabled()
  await instead.getByRole('textbox', { name: `Type ${NAME}` }).fill(NAME)
  await expectAccessible(page, 'question about an artifact')
  await remove.click()
  await expect(page.getByText('The artifact is deleted with its 14 tags.')).toBeVisible(LOOKED)
  await expect(page.getByRole('button', { name: /^Delete tag nightly-/ })).toHaveCount(0)
})

test.describe('tag that moves while it is asked about', () => {
  test.use({ expectedErrors: [/status of 412 .*\/tags\/moving/] })

  test('is not deleted but looked at again', async ({ page }) => {
    const dialog = await askFor(page, 'moving')
    const remove = dialog.getByRole('button', { name: 'Delete 1 tag' })
    await expect(remove).toBeEnabled(LOOKED)
    const next = await new Pusher(deletable, NAME).image({ layers: [4_000] }, 'moving')
    await remove.click()
    await expect(dialog.getByRole('alert')).toContainText('The tag has moved meanwhile', LOOKED)
    await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused()
    await expect(remove).toBeEnabled(LOOKED)
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    const row = page.getByRole('row', { name: /^moving/ })
    await expect(row).toContainText(next.digest.slice(0, 'sha256:'.length + 12))
  })
})

test('what an index lists is refused, and the index is a link away', async ({ page }) => {
  const dialog = await askForArtifact(page, made.arm.digest)
  await expect(dialog).toContainText('An index lists this artifact', LOOKED)
  await expectAccessible(page, 'artifact an index lists')
  await dialog.getByRole('link', { name: 'latest' }).click()
  await expect(page).toHaveURL(new RegExp(`/artifacts/${made.index.digest}$`))
  await expect(page.getByRole('dialog')).toHaveCount(0)
})

test.describe('artifact', () => {
  // The change may be told before the page has been left.
  test.use({ expectedErrors: [/status of 404 .*\/artifacts\/sha256/] })

  test('goes from its own page, which leads back to the repository', async ({ page }) => {
    const dialog = await askForArtifact(page, made.index.digest)
    await dialog.getByText(/manifests are left without an index$/).click(LOOKED)
    await expect(dialog).toContainText('Nothing else in the repository leads to them.')
    await dialog.getByRole('button', { name: 'Delete 1 tag' }).click()
    await expect(page.getByText(/^Artifact sha256:[0-9a-f]{12} is deleted\.$/)).toBeVisible(LOOKED)
    await expect(page.getByRole('heading', { level: 1, name: NAME })).toBeVisible()
    await expect(page.getByRole('button', { name: 'Delete tag latest' })).toHaveCount(0)
  })
})

test('what the registry does not allow is told with its reason, and nothing can be pressed', async ({ page }) => {
  await openRepository(page, on.server, closed, NAME)
  await page.getByRole('button', { name: 'Delete tag 1.0' }).click()
  const dialog = page.getByRole('dialog', { name: 'Delete tag 1.0?' })
  await expect(dialog).toContainText('It is switched off at the registry.', LOOKED)
  await expect(dialog.getByRole('button', { name: /^Delete/ })).toHaveCount(0)
})

test('who may not delete is told so by the button', async ({ page, context }) => {
  await context.clearCookies()
  await viewer.lend(context)
  const id = await repositoryId(on.server, closed, NAME)
  await page.goto(`${on.server.url}/registries/${closed.id}/repositories/${id}`)
  const button = page.getByRole('button', { name: 'Delete tag 1.0' })
  await expect(button).toHaveAttribute('aria-disabled', 'true')
  await expect(button).toHaveAccessibleDescription(/./)
  await button.click({ force: true })
  await expect(page.getByRole('dialog')).toHaveCount(0)
})

for (const language of LANGUAGES) {
  test.describe(`question in ${language}`, () => {
    test.use({ locale: BROWSER_LOCALE[language] })

    for (const width of [320, 390]) {
      test(`fits ${width} pixels`, async ({ page }) => {
        await page.setViewportSize({ width, height: 800 })
        await openArtifact(page, on.server, filled, NAME, made.image.digest)
        await page.getByRole('button', { name: language === 'en' ? 'Delete…' : '删除…' }).click()
        await expect(page.getByRole('dialog').getByRole('textbox')).toBeVisible(LOOKED)
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
        await expectAccessible(page, `question about an artifact in ${language}`)
      })
    }
  })
}
