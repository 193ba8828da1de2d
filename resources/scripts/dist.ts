// `npm run dist`: builds, then makes the installers of this system into dist/. Flags after `--`: `--dir` for the unpacked app alone,
// `--x64 --arm64` for architectures, `--publish` to put them into a draft release (with GH_TOKEN). `TMWS_RELEASE_REPOSITORY`, or in a
// workflow of GitHub its own variable, names the repository of releases as owner/name; without one the app has no updates.
import { build, Platform } from 'electron-builder'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { configuration } from '../../electron-builder.config.ts'
import { buildAll } from './build.ts'

const ROOT = join(import.meta.dirname, '..', '..')

const { values } = parseArgs({
  options: {
    dir: { type: 'boolean' },
    x64: { type: 'boolean' },
    arm64: { type: 'boolean' },
    universal: { type: 'boolean' },
    publish: { type: 'boolean' },
  },
})
await buildAll((line) => console.error(line))
const repository = releaseRepository()
if (repository === undefined) console.error('No repository of releases is known: this app will have no updates.')
const { dir = false, publish = false, ...archs } = values
await build({
  ...archs,
  dir,
  projectDir: ROOT,
  targets: Platform.current().createTarget(dir ? 'dir' : null),
  config: configuration(repository === undefined ? {} : { repository }),
  publish: publish ? 'always' : 'never',
})

/** The variable, that of a workflow, or what package.json says. */
function releaseRepository(): string | undefined {
  const named = process.env['TMWS_RELEASE_REPOSITORY'] ?? process.env['GITHUB_REPOSITORY'] ?? fromManifest()
  if (named === undefined || named === '') return undefined
  if (!/^[\w.-]+\/[\w.-]+$/.test(named)) throw new Error(`TMWS_RELEASE_REPOSITORY is "${named}", but must be owner/name.`)
  return named
}

function fromManifest(): string | undefined {
  const { repository } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { repository?: string | { url: string } } // our own
  const url = typeof repository === 'object' ? repository.url : repository
  return /github(?:\.com[/:]|:)([\w.-]+\/[\w.-]+?)(?:\.git)?$/.exec(url ?? '')?.[1]
}
