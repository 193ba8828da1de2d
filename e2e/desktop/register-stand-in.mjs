// Preloaded with --import: from here on, `electron` is the stand-in beside this file, and the process looks like Electron's.
import { registerHooks } from 'node:module'

const standIn = new URL('./stand-in/electron.ts', import.meta.url).href

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: standIn, format: 'module-typescript', shortCircuit: true } : next(specifier, context),
})

// Electron that runs sources has the folder of the app among its arguments; a package is the program itself.
if (process.env.TMWS_TEST_PACKAGED === '1') process.argv.splice(1, 1)
else process.defaultApp = true
if (process.env.TMWS_TEST_RESOURCES !== undefined) process.resourcesPath = process.env.TMWS_TEST_RESOURCES
