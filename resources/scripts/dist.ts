// `npm run dist`: builds, then makes the installers of this system into dist/. Flags after `--`: `--dir` for the unpacked app alone,
// `--electron FOLDER` for an Electron that is there already, instead of one that is downloaded. `TMWS_RELEASE_REPOSITORY`, or in a workflow of
// GitHub its own variable, names the repository of releases as owner/name; without one the app has no updates. Nothing is published.
import { build, Platform } from 'electron-builder'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { configuration } from '../../electron-builder.config.ts'
import { buildAll } from './build.ts'

const ROOT = join(import.meta.dirname, '..', '..')

const { values } = parseArgs({ options: { dir: { type: 'boolean' }, electron: { type: 'string' } } })
const repository = releaseRepository()
if (repository === undefined) console.error('No repository of releases is known: this app will have no updates.')
await buildAll((line) => console.error(line))
await build({
  projectDir: ROOT,
  targets: Platform.current().createTarget(values.dir === true ? 'dir' : null),
  config: {
    ...configuration(repository === undefined ? {} : { repository }),
    ...(values.electron !== undefined && { electronDist: resolve(values.electron) }),
  },
  publish: 'never',
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
