import type { ApiFailure } from '../../../api/api-failure.ts'
import type { WantsDraft, WantsFaults } from './wants-draft.ts'

export interface WantsFieldsProps {
  draft: WantsDraft
  /** Null: it is listened to. */
  url: string | null
  eventTypes: readonly string[]
  faults: WantsFaults
  isTold: boolean
  failure: ApiFailure | null
  onChange(part: Partial<WantsDraft>): void
}
