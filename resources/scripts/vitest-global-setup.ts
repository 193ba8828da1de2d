import { buildModel } from './build-model.ts'
import { setUpPostgres } from './setup-postgres.ts'

/** Tests use the real model and a real Postgres; the first run builds the one and, where it can, installs the other. */
export async function setup(): Promise<void> {
  await buildModel({ log: (line) => console.log(line) })
  setUpPostgres((line) => console.log(line))
}
