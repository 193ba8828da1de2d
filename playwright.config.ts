import { defineConfig } from '@playwright/test'
import { STORE_KINDS } from './e2e/processes/run-stores.ts'
import type { StoreKind } from './e2e/processes/run-stores.ts'
import { findChromium } from './resources/scripts/setup-test-machine.ts'

const chromium = findChromium()

/** Specs that bring stores of their own, or that start programs which are not asked which store they use. */
const OWN_STORES = ['postgres', 'redis', 'fleet', 'desktop*', 'headless-package', 'packaged'].map((name) => `**/${name}.spec.ts`)

/**
 * The same specs on every kind of store: all on SQLite, and on the others those that say most about a store and are quick (`@stores`).
 * `TMWS_E2E_STORE` names one to run all of them on it: see `npm run test:stores`.
 */
// eslint-disable-next-line n/no-process-env -- the configuration of the tests, not of the product
const wholeOn = storeKind(process.env['TMWS_E2E_STORE'])
const projects = STORE_KINDS.filter((store) => wholeOn === undefined || store === wholeOn).map((store) => ({
  name: store,
  use: { store },
  ...(store !== 'sqlite' && { testIgnore: OWN_STORES }),
  ...(store !== 'sqlite' && wholeOn === undefined && { grep: /@stores/ }),
}))

function storeKind(name: string | undefined): StoreKind | undefined {
  const kind = STORE_KINDS.find((known) => known === name)
  if (name !== undefined && !kind) throw new Error(`TMWS_E2E_STORE is "${name}", but must be one of: ${STORE_KINDS.join(', ')}.`)
  return kind
}

/** Black-box tests: they start what was built and talk to it through its wires. `npm run test:e2e`. */
export default defineConfig<object, { store: StoreKind }>({
  projects,
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  globalSetup: './e2e/global-setup.ts',
  outputDir: 'test-results/e2e',
  // Patience for a machine with other work beside: what must be quick says so in its test.
  timeout: 150_000,
  expect: { timeout: 20_000 },
  // A test that passes on its second try hides what is wrong with the first. `npm test` judges those alone that failed beside others, and names them.
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
        // A name that an attacker lets point at this machine.
        '--host-resolver-rules=MAP evil.test 127.0.0.1',
      ],
    },
  },
  reporter: [['list', { printSteps: false }]],
})
