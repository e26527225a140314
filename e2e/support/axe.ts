import { expect, type Page } from '@playwright/test'
import axe from 'axe-core'

/** No accessibility rule is broken on this page as it stands. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  // Evaluated by the browser's own door, so that the page's content security policy stays as it is.
  await page.evaluate(axe.source)
  const broken = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof import('axe-core') }
    const { violations } = await axe.run(document, { resultTypes: ['violations'] })
    return violations.map(({ id, help, nodes }) => ({
      id,
      help,
      nodes: nodes.map((node) => `${node.html} ${node.failureSummary ?? ''}`),
    }))
  })
  expect(broken, `accessibility of ${what}`).toEqual([])
}
