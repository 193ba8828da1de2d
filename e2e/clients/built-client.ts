import { pathToFileURL } from 'node:url'
import type * as ClientLibrary from '../../src-bridge/client/node-entry.ts'
import { BUILT } from '../processes/places.ts'

/** The client library as it is shipped; its types come from its source. */
export const { TmwsClient, TmwsError } = (await import(pathToFileURL(BUILT.client).href)) as typeof ClientLibrary
export type TmwsClient = ClientLibrary.TmwsClient
