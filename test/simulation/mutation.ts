/** A bug made on purpose (mutations.ts). */
export interface Mutation {
  name: string
  /** Below packages/server/src. */
  file: string
  /** Occurs exactly once in the file. */
  find: string
  replace: string
  /** The promise that breaks, as `promises.ts` and its watches name it. Any of several, if a list. */
  invariant: string | string[]
  /** The store's method whose faults bring it to light soonest; without, by the common weather. */
  worst?: string
}
