/** What the desk stands on: an engine's calls and queries, and the keys, which no engine knows. */
import type { ReadParts } from '../reading/read-parts.ts'
import type { KeyRing } from '../sealing/encryption.ts'
import type { Calls } from './operations/operations.ts'

export interface DeskParts extends ReadParts {
  calls: Calls
  encryption: KeyRing
}
