import type { FastifyRequest } from 'fastify'
import { AppError } from '../../base/errors.ts'
import { queryJsonSchema } from '../../contract/json-schema.ts'
import { readQuery } from './query-arguments.ts'

type QuerySchema = Parameters<typeof queryJsonSchema>[0]

/** The query of a request by a schema of the contract. Throws `invalid_request` naming the first field that is wrong. */
export function readChecked<S extends QuerySchema>(request: FastifyRequest, schema: S): ReturnType<S['parse']> {
  return checked(schema, readQuery(request.query as Record<string, unknown>, queryJsonSchema(schema)), 'The query') // Fastify's query is an object
}

/** The JSON body of a request by a schema of the contract. Throws as `readChecked`. */
export function readCheckedBody<S extends QuerySchema>(request: FastifyRequest, schema: S): ReturnType<S['parse']> {
  return checked(schema, request.body ?? {}, 'The request')
}

function checked<S extends QuerySchema>(schema: S, value: unknown, whole: string): ReturnType<S['parse']> {
  const result = schema.safeParse(value)
  if (result.success) return result.data as ReturnType<S['parse']> // parsed by this very schema
  const [issue] = result.error.issues
  const field = issue?.path.join('.') ?? ''
  throw new AppError('invalid_request', `${field === '' ? whole : field}: ${issue?.message ?? 'is not valid'}.`, { details: { field } })
}
