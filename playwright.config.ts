import { defineConfig } from '@playwright/test'
import { findChromium } from './resources/scripts/setup-test-machine.ts'

const chromium = findChromium()

/** Black-box tests: they start what was built and talk to it through its wires. `npm run test:e2e`. */
export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  globalSetup: './e2e/global-setup.ts',
  outputDir: 'test-results/e2e',
  timeout: 60_000,
  expect: { timeout: 10_000 },
  // A test that passes on its second try hides what is wrong with the first.
  retries: 0,
  // Some tests measure how fast an answer comes; neighbours would be measured along.
  workers: 1,
  forbidOnly: true,
  use: {
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    launchOptions: {
      ...(chromium !== undefined && { executablePath: chromium }),
      // As root, Chromium runs only without its sandbox; nothing but our own server is opened in it.
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  reporter: [['list', { printSteps: false }]],
})
