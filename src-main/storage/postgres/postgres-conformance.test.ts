import { allPortsConformance } from './all-ports.conformance.ts'
import { describePostgres, openEmptied, optionsOf, runSql } from './postgres.fixture.ts'

describePostgres('on PostgreSQL', (cluster) => {
  allPortsConformance(() => openEmptied(optionsOf(cluster().url), (text) => runSql(cluster().url, text)))
})
