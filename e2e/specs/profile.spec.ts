import type { Page } from '@playwright/test'
import { expectAccessible } from '../support/axe.ts'
import { BROWSER_LOCALE } from '../support/looks.ts'
import { PASSWORD, Person } from '../support/people.ts'
import { untilLive } from '../support/screens.ts'
import { expect, installation, test } from '../support/test.ts'

interface Created {
  id: string
}

let alpha: Created

const on = installation(async ({ server }) => {
  await server.setUp()
  alpha = (await server.call('POST', '/workspaces', { name: 'alpha' })) as Created
})

const join = (user: { id: string }, role: string) =>
  on.server.call('PUT', `/workspaces/${alpha.id}/members/${user.id}`, { role })

async function open(page: Page, path: string, title: string): Promise<void> {
  await page.goto(`${on.server.url}${path}`)
  await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible()
}

test('account menu leads to what is one’s own', async ({ page, context }) => {
  await on.server.lend(context)
  await open(page, '/audit', 'Audit log')
  for (const [item, title] of [
    ['Profile', 'Profile'],
    ['Sessions', 'Sessions'],
    ['API tokens', 'API tokens'],
  ] as const) {
    await page.getByRole('button', { name: /account menu$/ }).click()
    await page.getByRole('menuitem', { name: item }).click()
    await expect(page.getByRole('heading', { level: 1, name: title })).toBeFocused()
    const tabs = page.getByRole('navigation', { name: 'Parts of your profile' })
    await expect(tabs.getByRole('link', { name: item })).toHaveAttribute('aria-current', 'page')
  }
})

test('profile shows the roles held, and the display name is edited in its place', async ({ page, context }) => {
  const member = await Person.make(on.server, 'a-editor')
  await join(member, 'editor')
  await member.lend(context)
  await open(page, '/profile', 'Profile')
  const roles = page.getByRole('region', { name: 'Roles' })
  await expect(roles).toContainText('alpha')
  await expect(roles).toContainText('Editor')
  await expectAccessible(page, 'profile')
  const account = page.getByRole('region', { name: 'Account' })
  await account.getByRole('button', { name: 'Edit' }).click()
  await expect(account.getByRole('textbox', { name: 'Display name' })).toBeFocused()
  await page.keyboard.type('Eda Editor')
  await expectAccessible(page, 'profile while it is edited')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Your display name is saved.')).toBeVisible()
  await expect(account).toContainText('Eda Editor')
  await expect(account.getByRole('button', { name: 'Edit' })).toBeFocused()
  await page.getByRole('button', { name: /account menu$/ }).click()
  await expect(page.getByText('Eda Editor').last()).toBeVisible()
})

test('person without a role is told so and whom to ask', async ({ page, context }) => {
  const nobody = await Person.make(on.server, 'nobody')
  await nobody.lend(context)
  await open(page, '/profile', 'Profile')
  const roles = page.getByRole('region', { name: 'Roles' })
  await expect(roles.getByText('You have no role yet')).toBeVisible()
  await expect(roles.getByText(/Ask the administrator of a workspace to take you in under the name nobody/)).toBeVisible()
  await expectAccessible(page, 'profile without a role')
  await expect(page.getByRole('link', { name: 'Users' })).toHaveCount(0)
  // Arrives by itself once a role is given.
  await join(nobody, 'viewer')
  await page.reload()
  await expect(roles).toContainText('Viewer')
})

test.describe('password', () => {
  test.use({ expectedErrors: [/status of 422 .*\/api\/v1\/profile\/password$/] })

  test('is changed with the present one, and every other session ends', async ({ page, context }) => {
    const person = await Person.make(on.server, 'changer')
    await person.signInAgain()
    await person.lend(context)
    await open(page, '/profile', 'Profile')
    const card = page.getByRole('region', { name: 'Password' })
    await expect(card.getByText('Every other session of yours ends; this one stays.', { exact: false })).toBeVisible()
    const current = card.getByLabel('Present password')
    const change = card.getByRole('button', { name: 'Change password' })
    await change.click()
    await expect(current).toBeFocused()
    await current.fill('not the present one')
    await card.getByLabel('New password', { exact: false }).first().fill('changer has a newer password')
    await card.getByLabel('Repeat the new password').fill('changer has a newer password')
    await change.click()
    await expect(card.getByText('This is not your present password')).toBeVisible()
    await expect(current).toBeFocused()
    await expectAccessible(page, 'wrong present password')
    await current.fill(PASSWORD)
    await change.click()
    await expect(page.getByText('Your password is changed. Your other sessions are ended.')).toBeVisible()
    await expect(current).toHaveValue('')
    await open(page, '/profile/sessions', 'Sessions')
    await expect(page.getByText('This session')).toBeVisible()
    await expect(page.getByRole('button', { name: /^End session/ })).toHaveCount(0)
    await person.signInAgain('changer has a newer password')
  })
})

test('other sessions are ended one by one, or all at once', async ({ page, context }) => {
  const person = await Person.make(on.server, 'traveller')
  for (let more = 0; more < 3; more += 1) await person.signInAgain()
  await person.lend(context)
  await open(page, '/profile/sessions', 'Sessions')
  const others = page.getByRole('button', { name: /^End session from 127\.0\.0\.1/ })
  await expect(others).toHaveCount(3)
  await expectAccessible(page, 'sessions')
  await others.first().click()
  await expect(page.getByText('The session is ended.')).toBeVisible()
  await expect(others).toHaveCount(2)
  await page.getByRole('button', { name: 'End all others' }).click()
  await expect(page.getByText('All other sessions are ended.')).toBeVisible()
  await expect(others).toHaveCount(0)
  await expect(page.getByText('This session')).toBeVisible()
  // One that begins elsewhere is told by the change feed.
  await untilLive(page)
  await person.signInAgain()
  await expect(others).toHaveCount(1)
})

test('token is created with the keyboard alone, works, and is revoked', async ({ page, context }) => {
  const person = await Person.make(on.server, 'a-admin')
  await join(person, 'admin')
  await person.lend(context)
  await open(page, '/profile/tokens', 'API tokens')
  await expect(page.getByRole('heading', { name: 'No API tokens' })).toBeVisible()
  await expectAccessible(page, 'no tokens')

  const press = async (key: string, times = 1) => {
    for (let time = 0; time < times; time += 1) await page.keyboard.press(key)
  }
  const tabTo = async (name: string | RegExp, role: 'button' | 'checkbox' | 'combobox') => {
    const wanted = page.getByRole(role, { name }).last()
    for (let step = 0; step < 60; step += 1) {
      if (await wanted.evaluate((element) => element === document.activeElement)) return
      await press('Tab')
    }
    throw new Error(`${role} ${name} is not reached with Tab`)
  }

  await tabTo('Create token', 'button')
  await press('Enter')
  const drawer = page.getByRole('dialog', { name: 'Create token' })
  await expect(drawer.getByRole('textbox', { name: 'Name' })).toBeFocused()
  await page.keyboard.type('ci-deploy')
  await press('Enter')
  await expect(drawer.getByText('Choose at least one right.')).toBeVisible()
  await expectAccessible(page, 'create token with an error')
  await expect(drawer.getByRole('group', { name: 'Users' })).toHaveCount(0)
  await drawer.getByRole('textbox', { name: 'Name' }).focus()
  await tabTo('Reach', 'combobox')
  await page.keyboard.type('Only alpha')
  await tabTo('Expires', 'combobox')
  await page.keyboard.type('In 7')
  await tabTo('Read only', 'button')
  await press('Enter')
  await tabTo('Integrate registry', 'checkbox')
  await press('Space')
  await expect(drawer.getByRole('checkbox', { name: 'See registries' })).toBeChecked()
  await expect(drawer.getByRole('checkbox', { name: 'Integrate registry' })).toBeChecked()
  await tabTo('Create token', 'button')
  await press('Enter')

  const shown = page.getByRole('dialog', { name: 'Token ci-deploy' })
  await expect(shown.getByRole('button', { name: 'Copy token' })).toBeFocused()
  const text = await shown.getByRole('textbox', { name: 'Token' }).inputValue()
  expect(text).toMatch(/^rst_/)
  await expect(shown.getByText('/api/v1/registries')).toBeVisible()
  await expectAccessible(page, 'the new token')
  await press('Escape')
  await expect(shown).toBeVisible()
  await tabTo('Done', 'button')
  await press('Enter')
  await expect(page.getByRole('button', { name: 'Create token' })).toBeFocused()

  const row = page.getByRole('row', { name: /ci-deploy/ })
  await expect(row).toContainText('Only alpha')
  await expect(row).toContainText('Never')
  await row.getByText(/^\d+ rights$/).click()
  await expect(row.getByText('Integrate registry')).toBeVisible()
  await expectAccessible(page, 'tokens')

  const call = (path: string) =>
    fetch(`${on.server.url}/api/v1${path}`, { headers: { authorization: `Bearer ${text}` } }).then((answer) => answer.status)
  expect(await call('/registries')).toBe(200)
  expect(await call('/users')).toBe(403)

  await row.getByRole('button', { name: 'Revoke token ci-deploy' }).click()
  const dialog = page.getByRole('dialog', { name: 'Revoke token ci-deploy?' })
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await expectAccessible(page, 'revoke a token')
  await dialog.getByRole('button', { name: 'Revoke token' }).click()
  await expect(page.getByText('Token ci-deploy is revoked.')).toBeVisible()
  await expect(page.getByRole('heading', { name: 'No API tokens' })).toBeVisible()
  expect(await call('/registries')).toBe(401)
})

test('drawer opened by a link gives the focus to its button, and rights follow the chosen reach', async ({ page, context }) => {
  await on.server.lend(context)
  await page.setViewportSize({ width: 1440, height: 1400 })
  await open(page, '/profile/tokens?create=true', 'API tokens')
  const drawer = page.getByRole('dialog', { name: 'Create token' })
  await expect(drawer.getByRole('group', { name: 'Users' })).toBeVisible()
  await drawer.getByRole('combobox', { name: 'Reach' }).selectOption({ label: 'Only alpha' })
  await expect(drawer.getByRole('group', { name: 'Users' })).toHaveCount(0)
  await expect(drawer.getByRole('group', { name: 'Members', exact: true })).toBeVisible()
  await expectAccessible(page, 'create token')
  await page.keyboard.press('Escape')
  // Its own button has the same name for as long as it fades.
  await expect(drawer).toBeHidden()
  await expect(page.getByRole('button', { name: 'Create token' })).toBeFocused()
})

test('at 320 pixels nothing has to be scrolled sideways', async ({ page, context }) => {
  await on.server.lend(context)
  await page.setViewportSize({ width: 320, height: 800 })
  for (const [path, title] of [
    ['/profile', 'Profile'],
    ['/profile/sessions', 'Sessions'],
    ['/profile/tokens', 'API tokens'],
    ['/profile/tokens?create=true', 'API tokens'],
  ] as const) {
    await open(page, path, title)
    await expect(page.locator('.skeleton')).toHaveCount(0)
    expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(320)
  }
})

test.describe('in Chinese', () => {
  test.use({ locale: BROWSER_LOCALE.zh })

  test('profile, sessions and tokens are accessible', async ({ page, context }) => {
    await on.server.lend(context)
    await open(page, '/profile', '个人资料')
    await expect(page.getByRole('region', { name: '角色' })).toContainText('管理员')
    await expectAccessible(page, 'profile in Chinese')
    await open(page, '/profile/sessions', '会话')
    await expect(page.getByText('当前会话')).toBeVisible()
    await expectAccessible(page, 'sessions in Chinese')
    // High enough for the whole form: what lies half under its foot counts as too small to be hit.
    await page.setViewportSize({ width: 1440, height: 1400 })
    await open(page, '/profile/tokens?create=true', 'API 令牌')
    await expect(page.getByRole('dialog', { name: '创建令牌' })).toBeVisible()
    await expectAccessible(page, 'create token in Chinese')
  })
})
