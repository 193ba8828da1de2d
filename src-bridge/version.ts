/** Set by the build (`resources/scripts/build-bridge.ts`); absent when the source runs as it is. */
declare const __TMWS_VERSION__: string | undefined

/** Version of the package this bridge was built from. */
export const BRIDGE_VERSION = typeof __TMWS_VERSION__ === 'string' ? __TMWS_VERSION__ : '0.0.0-source'
