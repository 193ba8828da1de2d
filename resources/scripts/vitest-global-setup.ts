import { buildModel } from './build-model.ts'

/** Tests use the real model; the first run builds it. */
export async function setup(): Promise<void> {
  await buildModel({ log: (line) => console.log(line) })
}
