// Evaluates the main module named by the first argument as Electron does, and is ready then.
import { pathToFileURL } from 'node:url'
import { readiness } from './stand-in/ready.ts'

const [, , main] = process.argv
// Electron that runs sources has the folder of the app among its arguments; a package is the program itself.
if (process.env.TMWS_TEST_PACKAGED === '1') process.argv.splice(1, 2)
else {
  process.argv.splice(1, 1)
  process.defaultApp = true
}
await import(pathToFileURL(main).href)
readiness.become()
