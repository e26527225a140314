import { readFile } from 'node:fs/promises'
import type { Download, Page } from '@playwright/test'
import { HOSTILE_TEXT, Pusher, type Pushed } from '../support/artifacts.ts'
import { expectAccessible } from '../support/axe.ts'
import { BROWSER_LOCALE, LANGUAGES } from '../support/looks.ts'
import { digestOf } from '../support/registry.ts'
import { openArtifact, untilRead } from '../support/screens.ts'
import type { Integrated } from '../support/server.ts'
import { expect, installation, test } from '../support/test.ts'

const NAME = 'team/api'
const SPDX = 'application/spdx+json'
const SBOM = JSON.stringify({ spdxVersion: 'SPDX-2.3', name: HOSTILE_TEXT, packages: Array.from({ length: 90 }, (_, at) => ({ at })) })
const PAGE = '<html><script>document.title = "taken over"</script></html>'

let filled: Integrated
let image: Pushed
let sbom: Pushed
let signature: Pushed
let chart: Pushed
let large: Pushed
const on = installation(async ({ server, registry }) => {
  const push = new Pusher(registry, NAME)
  image = await push.image({ layers: [12_000, 3_000] }, '1.0')
  sbom = await push.other(
    {
      artifactType: SPDX,
      layers: [
        { type: SPDX, text: SBOM, title: '../../物料清单.spdx.json' },
        { type: 'text/html', text: PAGE },
      ],
      subject: image,
    },
    'sbom',
  )
  signature = await push.other(
    {
      configType: 'application/vnd.oci.image.config.v1+json',
      config: '{"architecture":"","os":""}',
      layers: [{ type: 'application/vnd.dev.cosign.simplesigning.v1+json', text: `{"critical":{"image":"${image.digest}"}}` }],
    },
    `${image.digest.replace(':', '-')}.sig`,
  )
  chart = await push.other(
    {
      configType: 'application/vnd.cncf.helm.config.v1+json',
      config: '{"name":"api","version":"1.2.3"}',
      layers: [{ type: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', text: 'the chart' }],
    },
    'chart',
  )
  const annotations = Object.fromEntries(Array.from({ length: 9_000 }, (_, at) => [`com.example.key-${at}`, `value ${at} of many`]))
  large = await push.image({ layers: [100], annotations }, 'large')
  await server.setUp()
  filled = await server.integrate('dock-open', registry.address)
  await untilRead(server, filled.id)
})
test.beforeEach(({ context }) => on.server.lend(context))

const open = (page: Page, what: Pushed) => openArtifact(page, on.server, filled, NAME, what.digest)
const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true })

async function saved(page: Page, press: () => Promise<void>): Promise<{ name: string; text: string }> {
  const waiting = page.waitForEvent('download')
  await press()
  const download: Download = await waiting
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') }
}

test('raw manifest is fetched when it is opened, laid out, and saved byte by byte', async ({ page }) => {
  const asked: string[] = []
  page.on('request', (request) => {
    if (request.url().endsWith('/manifest')) asked.push(request.url())
  })
  await open(page, image)
  const raw = card(page, 'Raw manifest')
  await expect(raw.getByRole('link', { name: /^Download the manifest, / })).toBeVisible()
  expect(asked).toEqual([])
  const show = raw.getByRole('button', { name: 'Show' })
  await show.focus()
  await page.keyboard.press('Enter')
  const text = raw.getByRole('region', { name: 'Text of the manifest' })
  await expect(text).toContainText('"schemaVersion": 2,\n  "mediaType": "application/vnd.oci.image.manifest.v1+json"')
  await expectAccessible(page, 'raw manifest')
  const file = await saved(page, () => raw.getByRole('link', { name: /^Download/ }).press('Enter'))
  expect(file.name).toMatch(/^manifest-[0-9a-f]{12}\.json$/)
  expect(digestOf(file.text)).toBe(image.digest)
  expect(page.url()).toContain(image.digest)
})

test('large manifest shows its beginning and says so', async ({ page }) => {
  await open(page, large)
  const raw = card(page, 'Raw manifest')
  await raw.getByRole('button', { name: 'Show' }).click()
  await expect(raw.getByText(/^The first 200 KiB of \d+ KiB are shown/)).toBeVisible()
  const shown = await raw.getByRole('region', { name: 'Text of the manifest' }).textContent()
  expect(shown?.length).toBeLessThanOrEqual(200 * 1024)
})

test('documents are previewed as text and saved under a safe name, whatever they say they are', async ({ page }) => {
  await open(page, sbom)
  const contents = card(page, 'Contents')
  // What is shown is its maker's name for it; what is saved has no path.
  await contents.getByRole('button', { name: 'Preview ../../物料清单.spdx.json' }).click()
  const preview = contents.getByRole('region', { name: 'Beginning of ../../物料清单.spdx.json' })
  await expect(preview).toContainText('"spdxVersion": "SPDX-2.3"')
  await expect(preview).toContainText('<img src=x')
  await expect(preview).toContainText('⟨U+202E⟩gnp.exe')
  await expect(contents).toContainText('Only the beginning is shown.')
  await expectAccessible(page, 'bill of materials')
  const first = await saved(page, () => contents.getByRole('link', { name: /^Download \.\.\/\.\.\/物料清单/ }).press('Enter'))
  expect(first).toEqual({ name: '物料清单.spdx.json', text: SBOM })
  const second = await saved(page, () => contents.getByRole('link', { name: /^Download Part 2/ }).click())
  expect(second.name).toMatch(/^sbom-[0-9a-f]{12}\.bin$/)
  expect(second.text).toBe(PAGE)
  expect(await page.title()).not.toContain('taken over')
})

test('document opened as an address of its own is saved and never shown', async ({ page, context }) => {
  await open(page, sbom)
  const href = await card(page, 'Contents').getByRole('link', { name: /^Download Part 2/ }).getAttribute('href')
  const answer = await context.request.get(`${on.server.url}${href}`)
  expect(answer.headers()).toMatchObject({
    'content-type': 'application/octet-stream',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  })
  expect(answer.headers()['content-disposition']).toMatch(/^attachment; /)
})

test('signature and bill of materials are saved from the page of what they are about', async ({ page }) => {
  await open(page, image)
  const said = card(page, 'Signatures and documents')
  await said.getByRole('button', { name: 'Show documents of Signature' }).click()
  const file = await saved(page, () => said.getByRole('link', { name: /^Download Part 1/ }).click())
  expect(file.text).toContain(image.digest)
  expect(file.name).toMatch(/^signature-[0-9a-f]{12}\.json$/)
  await expectAccessible(page, 'documents of a signature')
  await said.getByRole('button', { name: 'Show documents of Bill of materials' }).click()
  await expect(said.getByRole('link', { name: /^Download/ })).toHaveCount(2)
  await expect(said).toContainText('../../物料清单.spdx.json')
})

test('chart and its configuration are saved', async ({ page }) => {
  await open(page, chart)
  const contents = card(page, 'Contents')
  const file = await saved(page, () => contents.getByRole('link', { name: /^Download Chart archive/ }).click())
  expect(file.name).toMatch(/^helm-[0-9a-f]{12}\.tgz$/)
  const config = await saved(page, () => contents.getByRole('link', { name: /^Download Configuration/ }).click())
  expect(JSON.parse(config.text)).toEqual({ name: 'api', version: '1.2.3' })
})

test.describe('registry that does not answer', () => {
  test.use({ expectedErrors: [/status of 502 .*\/manifest/] })

  test('is told where the manifest would be', async ({ page }) => {
    await open(page, signature)
    await on.registry.stop()
    try {
      const raw = card(page, 'Raw manifest')
      await raw.getByRole('button', { name: 'Show' }).click()
      await expect(raw.getByRole('alert')).toContainText('The connection is refused')
      await expectAccessible(page, 'manifest that could not be fetched')
    } finally {
      await on.registry.resume()
    }
    await card(page, 'Raw manifest').getByRole('button', { name: 'Retry' }).click()
    await expect(card(page, 'Text of the manifest')).toContainText('simplesigning')
  })
})

for (const language of LANGUAGES) {
  test.describe(`contents in ${language}`, () => {
    test.use({ locale: BROWSER_LOCALE[language] })

    for (const width of [320, 390, 1440]) {
      test(`fit ${width} pixels and are accessible`, async ({ page }) => {
        await page.setViewportSize({ width, height: 900 })
        await open(page, sbom)
        const words = {
          en: { raw: 'Raw manifest', show: 'Show', preview: /^Preview/ },
          zh: { raw: '原始清单', show: '显示', preview: /^预览/ },
        }[language]
        const raw = card(page, words.raw)
        await raw.getByRole('button', { name: words.show }).click()
        await expect(raw.locator('pre')).toContainText('schemaVersion')
        await page.getByRole('button', { name: words.preview }).first().click()
        await expect(page.locator('.document-preview pre')).toContainText('SPDX-2.3')
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
        await page.evaluate(() => window.scrollTo(0, 0))
        await expectAccessible(page, `contents at ${width}`)
      })
    }
  })
}
