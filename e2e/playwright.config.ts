import { defineConfig } from '@playwright/test'
import { CHROMIUM } from './support/chromium.ts'

export default defineConfig({
  testDir: 'specs',
  outputDir: 'out/artifacts',
  // One server and one registry at a time, each fresh for its file.
  workers: 1,
  fullyParallel: false,
  // A test that passes the second time is a test that fails.
  retries: 0,
  forbidOnly: true,
  // Each step has an end of its own below; on a busy machine many of them are slow before one is too slow.
  timeout: 180_000,
  expect: { timeout: 10_000 },
  reporter: [['line'], ['json', { outputFile: 'out/results.json' }]],
  use: {
    viewport: { width: 1440, height: 900 },
    // A click waits for the browser too, which is slow to draw on a busy machine; what the page shows has `expect`'s time.
    actionTimeout: 30_000,
    locale: 'en-GB',
    timezoneId: 'UTC',
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    contextOptions: { reducedMotion: 'reduce' },
    launchOptions: CHROMIUM,
  },
})
