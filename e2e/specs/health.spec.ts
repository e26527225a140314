import { expectAccessible } from '../support/axe.ts'
import { tellTwoDays } from '../support/history.ts'
import { WORDS } from '../support/looks.ts'
import { type Scripted, scripted } from '../support/scripted.ts'
import { openList, openOverview } from '../support/screens.ts'
import type { Integrated } from '../support/server.ts'
import { expect, installation, test } from '../support/test.ts'

let plain: Integrated
let expired: Integrated
let secure: Scripted
const on = installation(async ({ server, registry }) => {
  await server.setUp()
  secure = await scripted('well', 'expired')
  plain = await server.integrate('dock-open', registry.address)
  expired = await server.integrate('dock-expired', secure.address, { tls: { mode: 'skip' } })
  await server.untilHealth(plain.id, 'healthy')
})
test.beforeEach(({ context }) => on.server.lend(context))
test.afterAll(() => secure?.dispose())

test('strip begins with what was observed, and the time before is not healthy', async ({ page }) => {
  await openOverview(page, on.server, plain)
  const strip = page.getByRole('slider', { name: 'Last 48 hours' })
  await expect(strip).toHaveAttribute('aria-valuemax', '95')
  const card = page.getByRole('region', { name: 'Last 48 hours' })
  await expect(card.getByRole('listitem').filter({ hasText: 'Not observed' })).toContainText('47 h')
  await expect(card.getByRole('listitem').filter({ hasText: 'Healthy' })).toBeVisible()
})

test('strip tells each bar by keyboard and by pointer', async ({ page }) => {
  await tellTwoDays(page)
  await openOverview(page, on.server, plain)
  const strip = page.getByRole('slider', { name: 'Last 48 hours' })
  const card = page.getByRole('region', { name: 'Last 48 hours' })
  await strip.focus()
  await page.keyboard.press('End')
  for (let n = 0; n < 15; n += 1) await page.keyboard.press('ArrowLeft')
  await expect(strip).toHaveAttribute('aria-valuenow', '80')
  await expect(strip).toHaveAttribute('aria-valuetext', /Unhealthy for 4 min · Refused/)
  await expect(card).toContainText('Unhealthy for 4 min · Refused')
  await page.keyboard.press('Home')
  await expect(card).toContainText('Not observed for 30 min')
  const width = await strip.evaluate((element) => element.clientWidth)
  const height = await strip.evaluate((element) => element.clientHeight)
  // Waits until what stands above has found its height.
  await strip.hover({ position: { x: (width * 30.5) / 96, y: height / 2 } })
  await expect(card).toContainText('Degraded for 30 min · Slow')
  await expectAccessible(page, 'strip with a bar picked')
})

test('certificate that has expired is marked in the list and on the overview, with its issuer', async ({ page }) => {
  await openList(page, on.server, WORDS.en)
  await expect(page.getByRole('row').filter({ hasText: 'dock-expired' })).toContainText('Certificate expired')
  await expect(page.getByRole('row').filter({ hasText: 'dock-open' })).not.toContainText('Certificate')
  await openOverview(page, on.server, expired)
  const basics = page.getByRole('region', { name: 'Basic information' })
  await expect(basics).toContainText('Expired on Feb 1, 2024')
  await expect(basics).toContainText('Issued by Roadstead test CA')
  await expectAccessible(page, 'overview with an expired certificate')
})

test('address with the wrong scheme is switched by one click, in both directions', async ({ page }) => {
  await openList(page, on.server, WORDS.en)
  await page.getByRole('button', { name: 'Integrate registry' }).first().click()
  const drawer = page.getByRole('dialog', { name: 'Integrate registry' })
  const address = drawer.getByRole('textbox', { name: 'Address' })

  await address.fill(on.registry.address.replace('http://', 'https://'))
  await expect(drawer).toContainText('This server speaks plain http here')
  await expectAccessible(page, 'offer of the other scheme')
  await drawer.getByRole('button', { name: 'Use http://' }).click()
  await expect(address).toHaveValue(on.registry.address)
  // One click changes the address; accepting plain http stays a decision of its own.
  const consent = drawer.getByRole('checkbox', { name: 'Use an unencrypted connection' })
  await expect(consent).not.toBeChecked()
  await expect(drawer).toContainText('Waits until you allow the unencrypted connection.')

  await address.fill(secure.address.replace('https://', 'http://'))
  await consent.check()
  await expect(drawer).toContainText('This server speaks TLS here')
  await drawer.getByRole('button', { name: 'Use https://' }).click()
  await expect(address).toHaveValue(secure.address)
  await expect(drawer).toContainText('Presented: certificate for expired, issued by Roadstead test CA')
})
