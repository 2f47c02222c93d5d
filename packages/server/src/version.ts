import manifest from '../package.json' with { type: 'json' }

/** Of the package: in the user-agent, in the OpenAPI document, in `/healthz`. */
export const VERSION: string = manifest.version
