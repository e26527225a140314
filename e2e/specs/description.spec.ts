import type { Browser, Page } from '@playwright/test'
import { expectAccessible } from '../support/axe.ts'
import { BROWSER_LOCALE, type Language } from '../support/looks.ts'
import { join as enter, Person, workspace } from '../support/people.ts'
import { openRepository, repositoryId, untilLive, untilRead } from '../support/screens.ts'
import type { Integrated } from '../support/server.ts'
import { expect, installation, test, watch } from '../support/test.ts'

const NAMES = { written: 'team/written', keys: 'team/keys', two: 'team/two', hostile: 'team/hostile', zh: 'team/zh' }

let dock: Integrated
let editor: Person
let viewer: Person
const on = installation(async ({ server, registry }) => {
  await registry.fill(Object.values(NAMES))
  await server.setUp()
  const alpha = await workspace(server, 'alpha')
  dock = await server.integrate('dock-alpha', registry.address, { owner: { type: 'workspace', id: alpha.id } })
  editor = await Person.make(server, 'a-editor')
  viewer = await Person.make(server, 'a-viewer')
  await enter(server, alpha, editor, 'editor')
  await enter(server, alpha, viewer, 'viewer')
  await untilRead(server, dock.id)
})
test.beforeEach(({ context }) => editor.lend(context))

const card = (page: Page, title = 'Description') => page.getByRole('region', { name: title, exact: true })
const box = (page: Page) => page.getByRole('textbox', { name: 'Description in Markdown' })

/** Somebody else's browser, watched as one's own. */
async function beside(browser: Browser, person: Person, language: Language = 'en') {
  const context = await browser.newContext({ locale: BROWSER_LOCALE[language] })
  const seen: string[] = []
  await watch(context, seen)
  await person.lend(context)
  const page = await context.newPage()
  return {
    page,
    end: async () => {
      await context.close()
      expect(seen, 'errors on the console').toEqual([])
    },
  }
}

async function describe(name: string, text: string): Promise<void> {
  const path = `/repositories/${await repositoryId(on.server, dock, name)}/description`
  const { revision } = (await editor.call('GET', path)) as { revision: number }
  await editor.call('PUT', path, { text }, { 'if-match': `"${revision}"` })
}

test('editor writes a description with a preview, and a page that is open elsewhere shows it at once', async ({
  page,
  browser,
}) => {
  const other = await beside(browser, viewer)
  await openRepository(other.page, on.server, dock, NAMES.written)
  await expect(card(other.page)).toContainText('Nobody has described this repository yet.')
  await expect(card(other.page).getByRole('button')).toHaveCount(0)
  await untilLive(other.page)

  await openRepository(page, on.server, dock, NAMES.written)
  await card(page).getByRole('button', { name: 'Write a description' }).click()
  await expect(box(page)).toBeFocused()
  await expect(page.getByText('65,536 bytes left')).toBeVisible()
  await box(page).fill('# The app\n\nIt has **weight** and a [page](https://example.com/app).\n\n|a|b|\n|-|-|\n|1|2|\n')
  await expectAccessible(page, 'editor')
  await page.getByRole('button', { name: 'Preview' }).click()
  const preview = page.getByRole('region', { name: 'Preview' })
  await expect(preview.getByRole('heading', { level: 3, name: 'The app' })).toBeVisible()
  await expectAccessible(page, 'preview')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('The description is saved.')).toBeVisible()
  await expect(card(page).getByRole('button', { name: 'Edit description' })).toBeFocused()
  await expect(card(page)).toContainText('by a-editor')

  await expect(card(other.page).getByRole('heading', { level: 3, name: 'The app' })).toBeVisible()
  const link = card(other.page).getByRole('link', { name: 'page' })
  await expect(link).toHaveAttribute('href', 'https://example.com/app')
  await expect(link).toHaveAttribute('rel', 'noreferrer noopener nofollow')
  await expect(link).toHaveAttribute('target', '_blank')
  await expect(card(other.page).getByRole('button', { name: /Edit|Write/ })).toHaveCount(0)
  await expect(other.page.getByRole('heading', { level: 1 })).toHaveCount(1)
  await expectAccessible(other.page, 'description')
  await other.end()

  await card(page).getByRole('button', { name: 'Edit description' }).click()
  await box(page).fill('')
  await expect(card(page)).toContainText('Saved empty, the description is taken away.')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('The description is taken away.', { exact: true })).toBeVisible()
  await expect(card(page).getByRole('button', { name: 'Write a description' })).toBeFocused()
})

test('everything is done with the keyboard, and what is not saved is asked about', async ({ page }) => {
  await openRepository(page, on.server, dock, NAMES.keys)
  const write = card(page).getByRole('button', { name: 'Write a description' })
  await write.focus()
  await page.keyboard.press('Enter')
  await expect(box(page)).toBeFocused()
  await page.keyboard.type('## By hand')
  await page.keyboard.press('Tab')
  await expect(page.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await page.keyboard.press('Enter')
  const question = page.getByRole('dialog', { name: 'Leave without saving?' })
  await expect(question.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await expectAccessible(page, 'question before leaving')
  await page.keyboard.press('Escape')
  await expect(question).toHaveCount(0)
  await expect(box(page)).toHaveValue('## By hand')
  // Another page is no way around the question.
  await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: 'Repositories' }).focus()
  await page.keyboard.press('Enter')
  await expect(question.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(question).toHaveCount(0)
  await expect(box(page)).toHaveValue('## By hand')
  await page.getByRole('button', { name: 'Save' }).focus()
  await page.keyboard.press('Enter')
  await expect(card(page).getByRole('heading', { level: 4, name: 'By hand' })).toBeVisible()
  await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: 'Repositories' }).click()
  await expect(page).toHaveURL(/\/repositories$/)
})

test('what somebody else writes meanwhile is told, and nobody’s text is lost', async ({ page }) => {
  await describe(NAMES.two, 'first\nsecond\nthird')
  await openRepository(page, on.server, dock, NAMES.two)
  await untilLive(page)
  await card(page).getByRole('button', { name: 'Edit description' }).click()
  await box(page).fill('mine')
  await describe(NAMES.two, 'first\nother\nthird')
  const alert = card(page).getByRole('alert')
  await expect(alert).toContainText('Somebody else has changed the description meanwhile')
  await expect(alert.locator('pre')).toHaveText(['second', 'other'])
  await expectAccessible(page, 'conflict')
  await expect(page.getByRole('button', { name: 'Save' })).toHaveAttribute('aria-disabled', 'true')
  await alert.getByRole('button', { name: 'Keep my text' }).click()
  await expect(box(page)).toHaveValue('mine')
  await describe(NAMES.two, 'theirs again')
  await card(page).getByRole('alert').getByRole('button', { name: 'Take theirs' }).click()
  await expect(box(page)).toHaveValue('theirs again')
  await box(page).fill('both')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(card(page).getByText('both')).toBeVisible()
})

test('a text that is too long says by how much and is not sent', async ({ page }) => {
  await openRepository(page, on.server, dock, NAMES.keys)
  await card(page).getByRole('button', { name: 'Edit description' }).click()
  await box(page).fill('é'.repeat(33_000))
  await expect(card(page)).toContainText('464 bytes too long')
  await expect(page.getByRole('button', { name: 'Save' })).toHaveAttribute('aria-disabled', 'true')
})

test('nothing that is written runs, and no other server hears of it', async ({ page }) => {
  const text = [
    '<script>document.title = "run"</script>',
    '<img src="https://tracker.example/raw.gif" onerror="document.title = \'run\'">',
    '[a link](javascript:document.title="run")',
    '![the picture](https://tracker.example/p.gif)',
    'and the end',
  ].join('\n\n')
  await describe(NAMES.hostile, text)
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  await openRepository(page, on.server, dock, NAMES.hostile)
  await expect(card(page).getByText('and the end')).toBeVisible()
  await expect(card(page).getByRole('link', { name: 'the picture' })).toBeVisible()
  await expect(card(page).getByRole('link')).toHaveCount(1)
  await expect(card(page).locator('script, img, [onerror]')).toHaveCount(0)
  await card(page).getByText('a link').click()
  expect(await page.title()).not.toBe('run')
  expect(asked.filter((url) => !url.startsWith(on.server.url))).toEqual([])
})

test('long lines, wide tables and long texts break nothing on a phone', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  const wide = Array.from({ length: 14 }, (_, index) => `column-${index}`)
  const text = `# ${'Long'.repeat(60)}\n\n\`\`\`\n${'code '.repeat(80)}\n\`\`\`\n\n|${wide.join('|')}|\n|${wide.map(() => '-').join('|')}|\n|${wide.join('|')}|\n\n${'A line.\n\n'.repeat(40)}`
  await describe(NAMES.hostile, text)
  await openRepository(page, on.server, dock, NAMES.hostile)
  const more = card(page).getByRole('button', { name: 'Show all of it' })
  await expect(more).toHaveAttribute('aria-expanded', 'false')
  await expectAccessible(page, 'folded description')
  await more.click()
  await expect(card(page).getByRole('button', { name: 'Show less' })).toHaveAttribute('aria-expanded', 'true')
  await expect(card(page).getByText('A line.').last()).toBeVisible()
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(wider).toBeLessThanOrEqual(0)
})

test('the description is written in Chinese too', async ({ browser }) => {
  const { page, end } = await beside(browser, editor, 'zh')
  await openRepository(page, on.server, dock, NAMES.zh)
  await card(page, '描述').getByRole('button', { name: '编写描述' }).click()
  await page.getByRole('textbox', { name: 'Markdown 格式的描述' }).fill('# 应用')
  await page.getByRole('button', { name: '预览' }).click()
  await expectAccessible(page, 'preview in Chinese')
  await page.getByRole('button', { name: '保存' }).click()
  await expect(card(page, '描述').getByRole('heading', { level: 3, name: '应用' })).toBeVisible()
  await end()
})
