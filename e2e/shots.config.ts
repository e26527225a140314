import { defineConfig } from '@playwright/test'
import tests from './playwright.config.ts'

/** `cargo xtask shots`: pictures instead of tests. */
export default defineConfig(tests, {
  testDir: 'shots',
  outputDir: 'out/shots-artifacts',
  timeout: 30_000,
  reporter: [['dot']],
  use: { trace: 'off', screenshot: 'off' },
})
