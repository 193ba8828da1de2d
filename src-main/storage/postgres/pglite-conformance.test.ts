import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import { afterAll, beforeAll, describe } from 'vitest'
import { findPostgres } from '../../../resources/scripts/setup-postgres.ts'
import { allPortsConformance, searchPortConformance } from './all-ports.conformance.ts'
import { openEmptied, optionsOf } from './postgres.fixture.ts'

describe('on PGlite, over one connection', () => {
  let database: PGlite
  let server: PGLiteSocketServer
  beforeAll(async () => {
    database = await PGlite.create({ extensions: { vector } })
    server = new PGLiteSocketServer({ db: database, host: '127.0.0.1', port: 0, maxConnections: 4 })
    await server.start()
  })
  afterAll(async () => {
    await server.stop()
    await database.close()
  })
  const open = () =>
    openEmptied(optionsOf(`postgresql://postgres@${server.getServerConn()}/postgres`, { poolSize: 1 }), (text) => database.exec(text))
  // It takes twice as long as a real server, which runs the same suites whole where there is one.
  if (findPostgres()) searchPortConformance(open)
  else allPortsConformance(open)
})
