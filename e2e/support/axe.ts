import { expect, type Page } from '@playwright/test'
import axe from 'axe-core'
import { THEMES, useTheme } from './looks.ts'

/** WCAG A and AA as far as a program can judge them, and what axe holds to be good practice. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** No accessibility rule is broken on this page as it stands, in neither theme. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  // Evaluated by the browser's own door, so that the page's content security policy stays as it is.
  await page.evaluate(axe.source)
  for (const theme of THEMES) {
    await useTheme(page, theme)
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', theme)
    const broken = await page.evaluate(async (rules) => {
      const { axe } = window as unknown as { axe: typeof import('axe-core') }
      const { violations } = await axe.run(document, { resultTypes: ['violations'], runOnly: rules })
      return violations.map(({ id, help, nodes }) => ({
        id,
        help,
        nodes: nodes.map((node) => `${node.html} ${node.failureSummary ?? ''}`),
      }))
    }, RULES)
    expect(broken, `accessibility of ${what}, ${theme}`).toEqual([])
  }
  await useTheme(page, 'light')
}
