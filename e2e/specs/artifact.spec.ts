import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { BASE_NAME, HOSTILE_TEXT, LONG_LABEL, type Made, pushArtifacts, type Pushed, pushWordy } from '../support/artifacts.ts'
import { expectAccessible } from '../support/axe.ts'
import { BROWSER_LOCALE, LANGUAGES, WORDS } from '../support/looks.ts'
import { openArtifact, openRepository, repositoryId, untilRead } from '../support/screens.ts'
import type { Integrated } from '../support/server.ts'
import { expect, installation, test } from '../support/test.ts'

const NAME = 'team/api'

let filled: Integrated
let made: Made
let wordy: Pushed
const on = installation(async ({ server, registry }) => {
  made = await pushArtifacts(registry, NAME)
  wordy = await pushWordy(registry, NAME)
  await server.setUp()
  filled = await server.integrate('dock-open', registry.address)
  await untilRead(server, filled.id)
})
test.beforeEach(({ context }) => on.server.lend(context))

const open = (page: Page, digest: string) => openArtifact(page, on.server, filled, NAME, digest)
const short = (digest: string) => digest.slice(0, 'sha256:'.length + 12)
const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
const host = () => on.registry.address.replace('http://', '')

/** Changes what the server tells of artifacts. */
async function telling(page: Page, change: (body: Record<string, unknown>) => Record<string, unknown>): Promise<void> {
  await page.route(/\/api\/v1\/.*\/artifacts\/sha256[^/]*$/, async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, json: change((await answer.json()) as Record<string, unknown>) })
  })
}

test('tag leads to what it points at, and back to the list as it was', async ({ page }) => {
  await openRepository(page, on.server, filled, NAME)
  await page.getByRole('combobox', { name: 'Order' }).selectOption('-name')
  await page.getByRole('link', { name: '1.4.0', exact: true }).click()
  await expect(page).toHaveURL(new RegExp(`/artifacts/${made.image.digest}$`))
  await expect(page.getByRole('heading', { level: 1, name: `Image ${short(made.image.digest)}` })).toBeFocused()
  await page.goBack()
  await expect(page.getByRole('combobox', { name: 'Order' })).toHaveValue('-name')
  await page.getByRole('row', { name: /^stable/ }).getByRole('link', { name: short(made.image.digest) }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Image')
  await page.getByRole('link', { name: 'Show tag stable' }).click()
  await expect(page).toHaveURL(/q=stable/)
  await expect(page.getByRole('searchbox', { name: 'Filter by name' })).toHaveValue('stable')
})

test('tags of signatures are listed where they are asked for, and are the way back from one', async ({ page }) => {
  await openRepository(page, on.server, filled, NAME)
  const signature = `${made.image.digest.replace(':', '-')}.sig`
  const table = page.getByRole('table', { name: 'Tags' })
  await expect(table.getByRole('link', { name: '1.4.0', exact: true })).toBeVisible()
  await expect(table.getByText(signature)).toHaveCount(0)
  const all = page.getByRole('checkbox', { name: 'Include signatures, SBOMs and the like (1)' })
  await all.check()
  await expect(table.getByText(signature)).toBeVisible()
  await expect(page).toHaveURL(/attached=true/)
  await expectAccessible(page, 'tags with those of signatures')
  await table.getByRole('link', { name: signature }).click()
  await page.getByRole('link', { name: `Show tag ${signature}` }).click()
  await expect(all).toBeChecked()
  await expect(table.getByText(signature)).toBeVisible()
})

test('image shows its facts, its configuration, and each layer beside the step that made it', async ({ page }) => {
  await open(page, made.image.digest)
  const facts = card(page, 'Basic information')
  await expect(facts).toContainText('linux/amd64')
  await expect(facts).toContainText('application/vnd.oci.image.manifest.v1+json')
  await expect(facts).toContainText(/Built\s*Oct 2, 2026/)
  const config = card(page, 'Configuration')
  await expect(config).toContainText('["/usr/bin/tini","--"]')
  await expect(config).toContainText('8080/tcp')
  await expect(config).toContainText('-Xmx512m -Dmode=prod')
  const layers = card(page, 'Layers')
  await expect(layers.getByRole('listitem')).toHaveCount(6)
  await expect(layers).toContainText('3 layers')
  const copied = layers.getByRole('listitem').filter({ hasText: 'COPY --chown=app:app' })
  await expect(copied).toContainText('Layer 3')
  await expect(copied).toContainText('12.0 KiB')
  await expect(layers.getByRole('listitem').filter({ hasText: 'ENV PATH=' })).toContainText('no layer')
  const run = layers.getByRole('listitem').filter({ hasText: 'apt-get' })
  await run.getByRole('button', { name: /^Show all/ }).click()
  await expect(run.getByRole('region', { name: 'All of Layer 2' })).toContainText('true')
  // What lies under the top bar cannot be pressed, and axe would say so.
  await page.evaluate(() => window.scrollTo(0, 0))
  await expectAccessible(page, 'image')
})

test('text of an image is only ever text, and what cannot be seen is shown by its number', async ({ page }) => {
  await telling(page, (body) => {
    const config = body.config_summary as { labels: object }
    const labels = { ...config.labels, hostile: HOSTILE_TEXT, 'com.example.manifest': LONG_LABEL }
    return { ...body, config_summary: { ...config, labels } }
  })
  await open(page, made.image.digest)
  const labels = card(page, 'Labels')
  await expect(labels).toContainText('<img src=x onerror=')
  await expect(labels).toContainText('U+202Egnp.exeU+202C U+200BU+001B[31m end')
  await expect(labels.getByRole('img')).toHaveCount(0)
  await labels.getByRole('button', { name: 'Show all, 64.0 KiB' }).click()
  const whole = labels.getByRole('region', { name: 'All of com.example.manifest' })
  await expect(whole).toHaveText(LONG_LABEL.trim())
  await whole.focus()
  await expect(whole).toBeFocused()
  expect(await whole.evaluate((box) => box.clientHeight)).toBeLessThanOrEqual(340)
  await expectAccessible(page, 'image with a long label')
})

test('index lists its architectures with their sizes, and attestations apart', async ({ page }) => {
  await open(page, made.index.digest)
  const architectures = card(page, 'Architectures')
  await expect(architectures).toContainText('2 architectures')
  const arm = architectures.getByRole('row', { name: /linux\/arm64\/v8/ })
  await expect(arm).toContainText(/80\.\d KiB/)
  await expect(architectures.getByRole('link', { name: 'Attestation 1' })).toBeHidden()
  await architectures.getByText('Attestations (2)').click()
  await expectAccessible(page, 'index')
  await architectures.getByRole('link', { name: 'Attestation 1' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Attestation (in-toto)')
  await page.goBack()
  await arm.getByRole('link').first().click()
  await expect(page.getByRole('heading', { level: 1, name: `Image ${short(made.arm.digest)}` })).toBeFocused()
  const facts = card(page, 'Basic information')
  await expect(facts).toContainText('Reproducible build')
  await expect(page.getByText('No tag points at it', { exact: true })).toBeVisible()
  await facts.getByRole('link', { name: short(made.index.digest) }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Multi-architecture image')
})

test('each layer says who else has it, and leads there', async ({ page }) => {
  await open(page, made.image.digest)
  const layers = card(page, 'Layers')
  await expect(layers).toContainText('89.1 KiB of 336 KiB are shared')
  const lowest = layers.getByRole('listitem').filter({ hasText: 'ADD file' })
  await expect(lowest).toContainText(`also in 1 other repository: ${BASE_NAME}`)
  await expect(lowest).toContainText('in 1 other artifact here')
  await expect(layers.getByRole('listitem').filter({ hasText: 'COPY --chown' })).toContainText('only here')
  await expectAccessible(page, 'image with shared layers')
  await lowest.getByRole('link', { name: BASE_NAME }).click()
  await expect(page.getByRole('heading', { level: 1, name: BASE_NAME })).toBeVisible()
})

test('labels that are too long are cut with their length said, and those left out are counted', async ({ page }) => {
  await open(page, wordy.digest)
  const labels = card(page, 'Labels')
  await expect(labels).toContainText('The first 4.0 KiB of 15.6 KiB are kept.')
  await expect(labels).toContainText(/\d+ more are not kept: too much text\./)
  await expectAccessible(page, 'image with too many labels')
})

test('build without a time is a reproducible one, on its page and among the tags', async ({ page }) => {
  await open(page, wordy.digest)
  await expect(card(page, 'Basic information')).toContainText('Reproducible build')
  await openRepository(page, on.server, filled, NAME)
  await expect(page.getByRole('row', { name: /^wordy/ })).toContainText('reproducible build')
})

test('page of an index asks for nothing of what it lists', async ({ page }) => {
  const asked: string[] = []
  page.on('request', (request) => {
    if (/\/api\/v1\/.*\/artifacts\//.test(request.url())) asked.push(request.url())
  })
  await open(page, made.wide.digest)
  await expect(card(page, 'Architectures').getByRole('row', { name: /linux\/amd64/ })).toContainText(/[\d.]+ KiB/)
  // A change in the registry may have had it asked again.
  expect(asked.filter((url) => !decodeURIComponent(url).endsWith(made.wide.digest))).toEqual([])
})

test('thirty architectures and a hundred and twenty layers stay readable', async ({ page }) => {
  await open(page, made.wide.digest)
  await expect(card(page, 'Architectures')).toContainText('30 architectures')
  await expect(card(page, 'Architectures').getByRole('row', { name: /windows\/wasm/ })).toBeVisible()
  await open(page, made.deep.digest)
  const layers = card(page, 'Layers')
  await expect(layers.getByRole('listitem')).toHaveCount(40)
  await layers.getByRole('button', { name: 'Show all 120' }).click()
  await expect(layers.getByRole('listitem')).toHaveCount(120)
  await expect(layers).toContainText('RUN make step-120')
})

test('each step of a build that is too long to be kept whole stands beside its layer, and the whole can be saved', async ({ page }) => {
  await open(page, made.long.digest)
  const layers = card(page, 'Layers')
  await expect(layers).toContainText('of 132 steps only the beginning is')
  await layers.getByRole('button', { name: 'Show all 132' }).click()
  await expect(layers.getByRole('listitem')).toHaveCount(132)
  const last = layers.getByRole('listitem').filter({ hasText: 'install -D part-132 ' })
  await expect(last).toContainText('Layer 12')
  await expect(last).toContainText(/The first \d+ B of [\d,]+ (B|KiB) are kept\./)
  await expect(layers.getByRole('listitem').filter({ hasText: 'install -D part-131 ' })).toContainText('no layer')
  await expectAccessible(page, 'image of a long build')
  const waiting = page.waitForEvent('download')
  await layers.getByRole('link', { name: /^Download the configuration, / }).click()
  const saved = await readFile(await (await waiting).path(), 'utf8')
  expect(saved).toContain('install -D part-131 /srv/app; '.repeat(30))
})

test('layers stand alone where the build history does not fit them', async ({ page }) => {
  await open(page, made.mismatched.digest)
  const layers = card(page, 'Layers')
  await expect(layers).toContainText('The image has 2 layers, and its build history tells of 1 layer.')
  await expect(layers.getByText('Build history, 2 steps')).toBeVisible()
  await expectAccessible(page, 'image whose history does not fit')
})

test('what is no image is named as what it is, without what only images have', async ({ page }) => {
  const kinds = [
    [made.chart, 'Helm chart', 'application/vnd.cncf.helm.chart.content.v1.tar+gzip'],
    [made.signature, 'Signature (Cosign)', 'application/vnd.dev.cosign.simplesigning.v1+json'],
    [made.sbom, 'Bill of materials (SPDX)', 'application/spdx+json'],
    [made.unknown, 'Artifact', 'application/vnd.example.model.v1'],
  ] as const
  for (const [what, name, type] of kinds) {
    await open(page, what.digest)
    await expect(page.getByRole('heading', { level: 1, name: `${name} ${short(what.digest)}` })).toBeVisible()
    await expect(page.getByRole('main')).toContainText(type)
    await expect(card(page, 'Contents')).toBeVisible()
    await expect(card(page, 'Configuration')).toHaveCount(0)
    await expect(card(page, 'Layers')).toHaveCount(0)
  }
  await open(page, made.sbom.digest)
  await card(page, 'Basic information').getByRole('link', { name: short(made.image.digest) }).click()
  await expect(page.getByRole('heading', { level: 1, name: `Image ${short(made.image.digest)}` })).toBeVisible()
})

test('chart says what it is, with links that lead to pages of the web only', async ({ page }) => {
  await open(page, made.chart.digest)
  const chart = card(page, 'Chart')
  for (const text of ['1.2.3+build.5', '2026.11', 'The public API of the payments team', 'Ada Lovelace', '张伟', 'payments']) {
    await expect(chart).toContainText(text)
  }
  await expect(chart).not.toContainText('ada@example.com')
  const home = chart.getByRole('link', { name: 'https://payments.example.com/api' })
  await expect(home).toHaveAttribute('rel', 'noreferrer noopener nofollow')
  await expect(chart.getByRole('link')).toHaveCount(3)
  await expect(chart).toContainText('oci://registry.example.com/charts')
  const contents = card(page, 'Contents')
  await expect(contents).toContainText('Chart archive')
  await expect(contents).toContainText('Provenance')
  await expectAccessible(page, 'chart')

  await open(page, made.library.digest)
  await expect(page.getByText('Deprecated', { exact: true })).toBeVisible()
  await expect(chart).toContainText('Library')
  await expect(chart).toContainText('javascript:document.title=1')
  await expect(chart).toContainText('The first 4.0 KiB of')
  await expect(chart).toContainText(/\d+ more are not kept/)
  await expect(chart.getByRole('link')).toHaveCount(0)
  await expect(chart.getByRole('img')).toHaveCount(0)
  await expectAccessible(page, 'hostile chart')

  await open(page, made.brokenChart.digest)
  await expect(chart).toContainText('says one thing twice')
  await expect(card(page, 'Contents')).toContainText('Chart archive')
})

test('documents are called what their makers call them', async ({ page }) => {
  await open(page, made.wasm.digest)
  const contents = card(page, 'Contents')
  await expect(contents.getByRole('listitem')).toHaveCount(4)
  await expect(contents).toContainText('filters/rate-limit.wasm')
  await expect(contents).toContainText('<img src=x onerror=')
  await expect(contents).toContainText('Part 4')
  await expect(contents.getByRole('link', { name: /^Download filters\/rate-limit\.wasm, / })).toBeVisible()
  await expect(contents.getByRole('img')).toHaveCount(0)
  await expectAccessible(page, 'documents with names')
})

test('commands name the tag or the digest by the client of one’s choice, which is remembered', async ({ page }) => {
  await openRepository(page, on.server, filled, NAME)
  const commands = card(page, 'Pull commands')
  await commands.getByRole('combobox', { name: 'Tag' }).selectOption('stable')
  await expect(commands).toContainText(`docker pull ${host()}/${NAME}:stable`)
  await commands.getByRole('button', { name: 'podman', exact: true }).click()
  await expect(commands).toContainText(`podman pull --tls-verify=false ${host()}/${NAME}:stable`)
  await commands.getByRole('button', { name: 'Digest' }).click()
  await expect(commands).toContainText(`podman pull --tls-verify=false ${host()}/${NAME}@${made.image.digest}`)
  await expect(commands.getByRole('button', { name: 'Copy podman command' })).toBeVisible()
  await expect(commands.getByRole('button', { name: 'helm', exact: true })).toHaveCount(0)
  await page.reload()
  // Which tag is the newest is not said: all of them were found at once, and some are no images.
  await commands.getByRole('combobox', { name: 'Tag' }).selectOption('stable')
  await expect(commands.getByRole('button', { name: 'podman', exact: true })).toHaveAttribute('aria-pressed', 'true')

  await open(page, made.chart.digest)
  await expect(commands).toContainText(`helm pull oci://${host()}/${NAME} --version '1.2.3+build.5' --plain-http`)
  await expect(commands.getByRole('button', { name: 'docker', exact: true })).toHaveCount(0)
})

for (const trouble of [null, 'upstream.protocol']) {
  test(`artifact that ${trouble ? 'could not be' : 'has not been'} read says so and what can be done`, async ({ page }) => {
    await telling(page, (body) => ({ ...body, read: false, trouble, kind: null, layers: [], config_summary: null, size_bytes: null }))
    await open(page, made.image.digest)
    const title = trouble ? 'Could not be read' : 'This artifact has not been read yet'
    await expect(page.getByText(title)).toBeVisible()
    await expect(card(page, 'Layers')).toHaveCount(0)
    await expectAccessible(page, 'artifact that was not read')
    await page.getByRole('button', { name: 'Read the repository again' }).click()
    await expect(page.getByText('The repository is read as soon as its turn comes.')).toBeVisible()
  })
}

test.describe('artifact that is not there', () => {
  test.use({ expectedErrors: [/status of 404 .*\/api\/v1\/repositories\/[0-9a-f-]+\/artifacts/] })

  test('says so and leads to the tags', async ({ page }) => {
    const id = await repositoryId(on.server, filled, NAME)
    await page.goto(`${on.server.url}/registries/${filled.id}/repositories/${id}/artifacts/sha256:${'0'.repeat(64)}`)
    await expect(page.getByRole('heading', { level: 1, name: 'This artifact does not exist' })).toBeVisible()
    await expectAccessible(page, 'artifact that is gone')
    await page.getByRole('link', { name: 'Show the repository’s tags' }).click()
    await expect(page.getByRole('heading', { level: 1, name: NAME })).toBeVisible()
  })
})

test('language changes on the page without a word left in the other', async ({ page }) => {
  await open(page, made.image.digest)
  await page.getByRole('button', { name: '切换到中文' }).click()
  const words = WORDS.zh
  for (const name of [words.layers, words.configuration, words.labels, words.fetchIt]) await expect(card(page, name)).toBeVisible()
  await expect(card(page, WORDS.en.layers)).toHaveCount(0)
})

for (const language of LANGUAGES) {
  test.describe(`artifacts in ${language}`, () => {
    test.use({ locale: BROWSER_LOCALE[language] })

    test('are accessible, whatever they are', async ({ page }) => {
      for (const what of [made.image, made.index, made.chart, made.library, made.wasm, made.sbom]) {
        await open(page, what.digest)
        await expect(card(page, WORDS[language].fetchIt)).toBeVisible()
        await expectAccessible(page, `artifact ${what.digest}`)
      }
    })
  })
}

for (const width of [320, 390]) {
  test(`pages fit ${width} pixels, whatever the image says of itself`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 })
    for (const what of [made.image, made.index, made.signature, made.deep, made.long, made.chart, made.library, made.wasm]) {
      await open(page, what.digest)
      await expect(card(page, 'Pull commands')).toBeVisible()
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
    }
  })
}
