import type { Page } from '@playwright/test'
import { expectAccessible } from '../support/axe.ts'
import { BROWSER_LOCALE } from '../support/looks.ts'
import { Person, workspace } from '../support/people.ts'
import { typeAtOnce } from '../support/screens.ts'
import { expect, installation, test } from '../support/test.ts'

const on = installation(async ({ server, registry }) => {
  await server.setUp()
  await server.integrate('dock-open', registry.address)
  await Person.make(server, 'dorothy', { display_name: 'Dorothy Docker' })
})

async function openAudit(page: Page): Promise<void> {
  await page.goto(`${on.server.url}/audit`)
  await expect(page.getByRole('heading', { level: 1, name: 'Audit log' })).toBeVisible()
}

const box = (page: Page) => page.getByRole('combobox', { name: /^(Search and commands|搜索与命令)$/ })
const options = (page: Page) => page.getByRole('listbox', { name: /^(Results|结果)$/ }).getByRole('option')

/** The palette's code comes after the page; keys pressed before wait for it. */
async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press('Control+k')
  await expect(box(page)).toBeFocused()
}

test('Ctrl+K opens it, arrow keys choose, Enter goes there and the title has the focus', async ({ page, context }) => {
  await on.server.lend(context)
  await openAudit(page)
  await openPalette(page)
  await expect(page.getByRole('dialog', { name: 'Search and commands' })).toBeVisible()
  await expect(options(page).first()).toHaveAttribute('aria-selected', 'true')
  await expectAccessible(page, 'palette')
  await page.keyboard.press('ArrowUp')
  await expect(options(page).last()).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('ArrowDown')
  await expect(options(page).first()).toHaveAttribute('aria-selected', 'true')
  const active = await box(page).getAttribute('aria-activedescendant')
  await expect(options(page).first()).toHaveAttribute('id', active ?? '')
  await page.keyboard.type('users')
  await expect(page.getByRole('option', { name: 'Users', exact: true })).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'Users' })).toBeFocused()
  await expect(page.getByRole('dialog')).toHaveCount(0)
})

test('button opens it and gets the focus back; Ctrl+K closes it again', async ({ page, context }) => {
  await on.server.lend(context)
  await openAudit(page)
  const button = page.getByRole('button', { name: 'Search and commands' })
  await button.click()
  await expect(box(page)).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(button).toBeFocused()
  await openPalette(page)
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('dialog')).toHaveCount(0)
})

test('registries and users are found by the server, once the typing pauses', async ({ page, context }) => {
  await on.server.lend(context)
  await openAudit(page)
  await openPalette(page)
  const asked: string[] = []
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (url.searchParams.has('q')) asked.push(`${url.pathname}?${url.searchParams.get('q')}`)
  })
  await typeAtOnce(page, 'do')
  await expect(page.getByRole('group', { name: 'Registries' }).getByRole('option')).toHaveText(/dock-open/)
  await expect(page.getByRole('group', { name: 'Users' }).getByRole('option')).toHaveText(/dorothy/)
  await expectAccessible(page, 'palette with results')
  // Half a word is not asked for; a change in a registry may have had the whole one asked again.
  expect([...new Set(asked)].sort()).toEqual(['/api/v1/registries?do', '/api/v1/search?do', '/api/v1/users?do', '/api/v1/workspaces?do'])
  await page.keyboard.type('rothy')
  await expect(options(page)).toHaveCount(1)
  await expect(page.getByRole('dialog').getByRole('status')).toHaveText('1 result')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'dorothy' })).toBeFocused()
})

test('workspaces are found and lead to their registries, and so does a registry of one', async ({ page, context }) => {
  const payments = await workspace(on.server, 'payments', 'Cards and payouts')
  await on.server.integrate('till', on.registry.address, { owner: { type: 'workspace', id: payments.id } })
  await on.server.lend(context)
  await openAudit(page)
  await openPalette(page)
  await page.keyboard.type('workspaces')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'Workspaces' })).toBeFocused()
  await openPalette(page)
  await page.keyboard.type('paym')
  await expect(page.getByRole('group', { name: 'Workspaces' }).getByRole('option')).toHaveText(/payments.*Cards and payouts/)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(`${on.server.url}/workspaces/${payments.id}/registries`)
  await expect(page.getByRole('rowheader', { name: 'till' })).toBeVisible()
  await openPalette(page)
  await page.keyboard.type('till')
  await expect(page.getByRole('group', { name: 'Registries' }).getByRole('option')).toHaveText(/till/)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'till' })).toBeFocused()
  await expect(page).toHaveURL(new RegExp(`/workspaces/${payments.id}/registries/`))
})

test('answer that comes late for words typed over is dropped', async ({ page, context }) => {
  await on.server.lend(context)
  await openAudit(page)
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route('**/api/v1/registries?*q=dock*', async (route) => {
    await held
    await route.continue().catch(() => undefined)
  })
  await openPalette(page)
  const late = page.waitForRequest(/registries\?.*q=dock/)
  await page.keyboard.type('dock')
  await late
  await expect(page.getByRole('dialog').getByRole('status')).toHaveText('Searching…')
  await box(page).fill('nothing-like-it')
  await expect(page.getByRole('dialog').getByText('Nothing found for “nothing-like-it”').first()).toBeVisible()
  release()
  await expectAccessible(page, 'palette with nothing found')
  await expect(options(page)).toHaveCount(0)
  await expect(box(page)).toHaveAttribute('aria-expanded', 'false')
})

test.describe('search that fails', () => {
  test.use({ expectedErrors: [/status of 500 .*\/api\/v1\/users/] })

  test('says so, keeps the rest, and is tried again', async ({ page, context }) => {
    await on.server.lend(context)
    await openAudit(page)
    let broken = true
    await page.route('**/api/v1/users?*q=*', (route) =>
      broken ? route.fulfill({ status: 500, json: { code: 'internal.error', params: {} } }) : route.continue(),
    )
    await openPalette(page)
    await page.keyboard.type('do')
    await expect(page.getByRole('alert')).toContainText('The search failed. Pages and actions still work.')
    await expect(page.getByRole('option', { name: /dock-open/ })).toBeVisible()
    await expectAccessible(page, 'palette with an error')
    broken = false
    await page.getByRole('button', { name: 'Retry' }).click()
    await expect(page.getByRole('option', { name: /dorothy/ })).toBeVisible()
    await expect(page.getByRole('alert')).toHaveCount(0)
  })
})

test('actions open what they name', async ({ page, context }) => {
  await on.server.lend(context)
  for (const action of ['Integrate registry', 'Create workspace', 'Create user', 'Create token']) {
    await openAudit(page)
    await openPalette(page)
    await page.keyboard.type(action)
    await options(page).filter({ hasText: action }).click()
    await expect(page.getByRole('dialog', { name: action })).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
    // To the title that was arrived at, to the button, or to the search it came from, but not lost: which of them
    // depends on whether the palette had closed before the page was there.
    const places = page
      .getByRole('heading', { level: 1 })
      .or(page.getByRole('button', { name: action }))
      .or(page.getByRole('button', { name: 'Search and commands' }))
    await expect(places.and(page.locator(':focus'))).toBeVisible()
  }
  await openPalette(page)
  await page.keyboard.type('dark')
  await page.keyboard.press('Enter')
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark')
  await openPalette(page)
  await page.keyboard.type('中文')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'API 令牌' })).toBeVisible()
})

test.describe('leaving', () => {
  // The page that is left may ask once more whose session it is.
  test.use({ expectedErrors: [/status of 401 .*\/api\/v1\/session$/] })

  test('signs out', async ({ page, context }) => {
    const person = await Person.make(on.server, 'goer')
    await person.lend(context)
    await page.goto(`${on.server.url}/profile`)
    await expect(page.getByRole('heading', { level: 1, name: 'Profile' })).toBeVisible()
    await openPalette(page)
    // Nothing is offered that this person could not open or do.
    for (const name of ['Integrated registries', 'Users', 'Create user', 'Integrate registry', 'Workspaces', 'Create workspace']) {
      await expect(page.getByRole('dialog').getByRole('option', { name, exact: true })).toHaveCount(0)
    }
    await page.keyboard.type('sign out')
    const left = page.waitForURL(/\/login/)
    await page.keyboard.press('Enter')
    await left
  })
})

test('/ goes to the filter, ? lists the keys, and single keys can be switched off', async ({ page, context }) => {
  await on.server.lend(context)
  await page.goto(`${on.server.url}/users`)
  const filter = page.getByRole('searchbox', { name: 'Filter by name' })
  await expect(filter).toBeVisible()
  await page.keyboard.press('/')
  await expect(filter).toBeFocused()
  await page.keyboard.type('/?')
  await expect(filter).toHaveValue('/?')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await filter.fill('')
  await filter.blur()
  await page.keyboard.press('?')
  const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await expect(help.getByText('Go to the filter of the table')).toBeVisible()
  await expectAccessible(page, 'keyboard shortcuts')
  await help.getByRole('switch', { name: 'Single-key shortcuts' }).click()
  await expect(help.getByText('Go to the filter of the table')).toHaveCount(0)
  await page.keyboard.press('Escape')
  await expect(help).toBeHidden()
  await page.keyboard.press('/')
  await expect(filter).not.toBeFocused()
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await openPalette(page)
  await page.keyboard.type('keyboard')
  await page.keyboard.press('Enter')
  await help.getByRole('switch', { name: 'Single-key shortcuts' }).click()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('button', { name: 'Search and commands' })).toBeFocused()
})

test('does not open over a form that is being filled in', async ({ page, context }) => {
  await on.server.lend(context)
  await page.goto(`${on.server.url}/users?create=true`)
  await expect(page.getByRole('dialog', { name: 'Create user' })).toBeVisible()
  await page.keyboard.press('Control+k')
  await expect(box(page)).toHaveCount(0)
})

test('fits a narrow screen', async ({ page, context }) => {
  await on.server.lend(context)
  await page.setViewportSize({ width: 320, height: 700 })
  await openAudit(page)
  await page.getByRole('button', { name: 'Search and commands' }).click()
  await expect(box(page)).toBeFocused()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
  await expectAccessible(page, 'palette on a narrow screen')
})

test.describe('in Chinese', () => {
  test.use({ locale: BROWSER_LOCALE.zh })

  test('is accessible and finds Chinese words', async ({ page, context }) => {
    await on.server.lend(context)
    await page.goto(`${on.server.url}/audit`)
    await page.getByRole('button', { name: '搜索与命令' }).click()
    await expect(box(page)).toBeFocused()
    await page.keyboard.type('令牌')
    await expect(options(page)).toHaveText(['API 令牌', '创建令牌'])
    await expectAccessible(page, 'palette in Chinese')
  })
})
