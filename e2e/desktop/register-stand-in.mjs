// Preloaded with --import: from here on, `electron` is the stand-in beside this file, and the process looks like Electron's.
import { registerHooks } from 'node:module'

const standIn = new URL('./stand-in/electron.ts', import.meta.url).href

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: standIn, format: 'module-typescript', shortCircuit: true } : next(specifier, context),
})

if (process.env.TMWS_TEST_RESOURCES !== undefined) process.resourcesPath = process.env.TMWS_TEST_RESOURCES
