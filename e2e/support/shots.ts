import { join } from 'node:path'
import { type Browser, type BrowserContext, expect, type Page, test } from '@playwright/test'
import { BROWSER_LOCALE, type Language, LANGUAGES, type Theme, THEMES, type Words, WORDS } from './looks.ts'
import type { Server } from './server.ts'

const WIDTHS = [1440, 390]
const folder = process.env.ROADSTEAD_TEST_SHOTS ?? 'out/shots'

/** A picture to be taken in every theme, language and width. */
export interface Shot {
  name: string
  server: () => Server
  /** Shown without anybody signed in. */
  stranger?: true
  /** Signs somebody else in than the administrator. */
  as?: (context: BrowserContext) => Promise<void>
  narrowOnly?: true
  /** The page is longer than the window, and what matters is below. */
  whole?: true
  open: (page: Page, words: Words) => Promise<void>
}

interface Look {
  theme: Theme
  language: Language
  width: number
}

async function take(browser: Browser, shot: Shot, { theme, language, width }: Look): Promise<void> {
  const context = await browser.newContext({
    viewport: { width, height: width < 600 ? 844 : 900 },
    colorScheme: theme,
    locale: BROWSER_LOCALE[language],
  })
  try {
    if (shot.as) await shot.as(context)
    else if (!shot.stranger) await shot.server().lend(context)
    const page = await context.newPage()
    await shot.open(page, WORDS[language])
    await page.evaluate(() => document.fonts.ready)
    await page.screenshot({
      path: join(folder, `${shot.name}-${theme}-${language}-${width}.png`),
      fullPage: shot.whole === true && width < 600,
    })
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    expect(wider, 'pixels the page is wider than the window').toBeLessThanOrEqual(0)
  } finally {
    await context.close()
  }
}

/** One test for each picture. */
export function shoot(shots: readonly Shot[]): void {
  for (const shot of shots) {
    for (const theme of THEMES) {
      for (const language of LANGUAGES) {
        for (const width of WIDTHS) {
          if (shot.narrowOnly && width > 600) continue
          test(`${shot.name} ${theme} ${language} ${width}`, ({ browser }) => take(browser, shot, { theme, language, width }))
        }
      }
    }
  }
}
