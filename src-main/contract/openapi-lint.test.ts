import { createConfig, lintFromString } from '@redocly/openapi-core'
import { expect, test } from 'vitest'
import { openApiDocument } from './openapi.ts'

/** What the linter finds wrong by its strictest set of rules, which also holds examples against their schemas. */
async function problemsOf(source: string): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended-strict'] })
  const problems = await lintFromString({ source, absoluteRef: '/openapi.json', config })
  return problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} at ${location[0]?.pointer ?? 'the root'}`)
}

const document = JSON.stringify(openApiDocument('1.2.3'))

test('the document has no fault that a linter of OpenAPI knows', async () => {
  expect(await problemsOf(document)).toEqual([])
})

test('the linter would see an example of a body or a parameter that its schema refuses, and a reference to nothing', async () => {
  const broken = document
    .replace('"importance":0.8', '"importance":8')
    .replace('"value":"importance"', '"value":"random"')
    .replace('"#/components/responses/not_found"', '"#/components/responses/nothing"')
  const rules = (await problemsOf(broken)).map((problem) => problem.split(':')[0])
  expect(rules).toEqual(expect.arrayContaining(['no-invalid-media-type-examples', 'no-invalid-parameter-examples', 'no-unresolved-refs']))
})
