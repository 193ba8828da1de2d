// `npm run server -- [flags]`: the headless server on plain Node; builds first if it must.
export {}
process.argv.splice(2, 0, '--server')
await import('./start.ts')
