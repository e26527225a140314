/** How the browser is started, for the tests and for the pictures. */
export const CHROMIUM = {
  executablePath: process.env.ROADSTEAD_TEST_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
}
