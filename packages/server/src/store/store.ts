/** The store's whole contract: what is true on disk. Rooms take the part that they need. */
import type { Desk } from './desk.ts'
import type { Road } from './road.ts'

export type * from './desk.ts'
export type * from './road.ts'

export interface Store extends Road, Desk {
  /**
   * 32 random bytes, made by the first start and the same for every node for as long as the data
   * lives: no change of encryption keys touches them, and a copy takes them along.
   */
  readonly serverSecret: Buffer
}
