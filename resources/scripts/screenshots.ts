// `npm run screenshots [-- FOLDER [SCREEN...]]`: starts the built server on a folder of its own with the memories of a small team, and takes
// a picture of each screen in both themes, three sizes and both languages, and of the empty screens. Into `screenshots/` unless another
// folder is named. Where screens are named, only of those, in one size and English.
import { chromium } from '@playwright/test'
import type { Browser, Page } from '@playwright/test'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { connectNamedWs } from '../../e2e/clients/mcp-clients.ts'
import { call } from '../../e2e/clients/tool-calls.ts'
import { ServerPlace } from '../../e2e/processes/server-process.ts'
import type { RunningServer } from '../../e2e/processes/server-process.ts'
import { seedTeam } from '../../e2e/screens/seed-team.ts'
import { SCREEN_SHOTS } from '../../e2e/screens/screen-shots.ts'
import { buildAll } from './build.ts'
import { findChromium } from './setup-test-machine.ts'

const MEMORIES = 2000
const SIZES = [
  { width: 1024, height: 700 },
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
] as const
const THEMES = ['light', 'dark'] as const
const LANGUAGES = ['en-GB', 'ja-JP'] as const
const EVERYTHING: Shots = { prefix: '', sizes: SIZES, languages: LANGUAGES }
const A_LOOK: Shots = { prefix: '', sizes: [SIZES[1]], languages: ['en-GB'] }

const [target = 'screenshots', ...only] = process.argv.slice(2)
const folder = resolve(target)
const shots = SCREEN_SHOTS.filter(({ name }) => only.length === 0 || only.includes(name))
const executablePath = findChromium()
if (executablePath === undefined) throw new Error('There is no Chromium on this machine; `npm test` installs one where it can.')
mkdirSync(folder, { recursive: true })
await buildAll((line) => console.log(line))
const place = new ServerPlace(mkdtempSync(join(tmpdir(), 'tmws-screenshots-')))
pretendPrograms(join(place.folder, 'home'))
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
try {
  const server = await (await place.start()).untilHealthy()
  if (only.length === 0) console.log('Empty screens …')
  if (only.length === 0) await shootAll(browser, server, { prefix: 'empty', sizes: [SIZES[1]], languages: ['en-GB'] })
  console.log(`Storing ${MEMORIES} memories …`)
  await seedTeam(server, MEMORIES)
  const stop = await keepBusy(server)
  await shootAll(browser, server, only.length === 0 ? EVERYTHING : A_LOOK)
  await stop()
} finally {
  await browser.close()
  await place.remove()
}
console.log(`The pictures are in ${folder}.`)

/** Two programs that TMWS can connect, as their own installers would leave them. */
function pretendPrograms(home: string): void {
  for (const file of ['.config/Claude/claude_desktop_config.json', '.cursor/mcp.json']) {
    mkdirSync(dirname(join(home, file)), { recursive: true })
    writeFileSync(join(home, file), '{}\n')
  }
}

interface Shots {
  readonly prefix: string
  readonly sizes: readonly { readonly width: number; readonly height: number }[]
  readonly languages: readonly string[]
}

async function shootAll(from: Browser, server: RunningServer, { prefix, sizes, languages }: Shots): Promise<void> {
  for (const locale of languages) {
    for (const colorScheme of THEMES) {
      const context = await from.newContext({ locale, colorScheme, reducedMotion: 'reduce' })
      const page = await context.newPage()
      for (const viewport of sizes) {
        await page.setViewportSize(viewport)
        for (const shot of shots) {
          await openScreen(page, server, shot.address)
          // On an empty server there is nothing to lead to.
          if (prefix === '') await shot.prepare?.(page)
          const name = [prefix, shot.name, `${viewport.width}x${viewport.height}`, colorScheme, locale.slice(0, 2)]
            .filter(Boolean)
            .join('-')
          await page.screenshot({ path: join(folder, `${name}.png`) })
        }
      }
      await context.close()
    }
  }
}

async function openScreen(page: Page, server: RunningServer, address: string): Promise<void> {
  await page.goto(`${server.apiUrl}/${address}`)
  await page.reload()
  await page.locator('.sidebar .live.live').waitFor()
  await page.waitForLoadState('networkidle')
  // Charts and tables draw once more after their answers are there.
  await page.waitForTimeout(400)
}

/** Two agents that go on asking, so that the live parts have something to show. */
async function keepBusy(server: RunningServer): Promise<() => Promise<void>> {
  const clients = await Promise.all(
    [
      { agentId: 'claude-desktop', namespace: 'default' },
      { agentId: 'claude-code', namespace: 'shop' },
      { agentId: 'researcher', namespace: 'shop' },
    ].map((identity) => connectNamedWs(server, identity)),
  )
  let isOver = false
  const busy = clients.map(async (client, at) => {
    for (let round = 0; !isOver; round += 1) {
      await call(client, 'semantic_search', { query: ['release', 'billing', 'who prefers what'][(round + at) % 3]! })
      if (round % 9 === at) await call(client, 'store_memory', { content: `Seen in round ${round}: the canary is calm.`, tags: ['deploy'] })
      await new Promise((done) => setTimeout(done, 300 + 400 * at))
    }
  })
  return async () => {
    isOver = true
    await Promise.all(busy)
    await Promise.all(clients.map((client) => client.close()))
  }
}
