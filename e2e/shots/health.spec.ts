// Pictures of health over time, of certificates and of the other scheme.
import { expect, test } from '@playwright/test'
import { tellTwoDays } from '../support/history.ts'
import { Registry } from '../support/registry.ts'
import { type Scripted, scripted } from '../support/scripted.ts'
import { openList, openOverview } from '../support/screens.ts'
import { type Integrated, Server } from '../support/server.ts'
import { shoot, type Shot } from '../support/shots.ts'

let server: Server
let open: Registry
let secure: Scripted
let plain: Integrated
let expired: Integrated

test.beforeAll(async () => {
  test.setTimeout(120_000)
  server = await Server.start()
  open = await Registry.start()
  secure = await scripted('well', 'expired')
  await server.setUp()
  await open.fill(['team/api', 'team/web'])
  plain = await server.integrate('dock-open', open.address, { description: 'Of the platform team.' })
  expired = await server.integrate('dock-expired', secure.address, { tls: { mode: 'skip' } })
  await server.untilHealth(plain.id, 'healthy')
})

test.afterAll(async () => {
  await server?.dispose()
  await open?.dispose()
  await secure?.dispose()
})

const SHOTS: Shot[] = [
  {
    name: 'health-strip',
    server: () => server,
    whole: true,
    async open(page) {
      await tellTwoDays(page)
      await openOverview(page, server, plain)
      await expect(page.getByRole('slider')).toBeVisible()
    },
  },
  {
    name: 'health-strip-picked',
    server: () => server,
    whole: true,
    async open(page) {
      await tellTwoDays(page)
      await openOverview(page, server, expired)
      await page.getByRole('slider').focus()
      await page.keyboard.press('End')
      for (let n = 0; n < 15; n += 1) await page.keyboard.press('ArrowLeft')
    },
  },
  {
    name: 'health-list',
    server: () => server,
    async open(page, words) {
      await openList(page, server, words)
      await expect(page.getByRole('link', { name: 'dock-expired', exact: true })).toBeVisible()
    },
  },
  {
    name: 'other-scheme',
    server: () => server,
    async open(page, words) {
      await openList(page, server, words)
      await page.getByRole('button', { name: words.integrate }).first().click()
      const drawer = page.getByRole('dialog', { name: words.integrate })
      await drawer.getByRole('textbox', { name: words.address }).fill(open.address.replace('http://', 'https://'))
      const offer = drawer.getByRole('button', { name: 'http://' })
      await expect(offer).toBeVisible()
      await offer.scrollIntoViewIfNeeded()
    },
  },
]

shoot(SHOTS)
