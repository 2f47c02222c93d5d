import { useEffect, useState } from 'react'
import {
  beginDraft,
  changeDraft,
  chooseDraft,
  isSame,
  type Merged,
  mergeDraft,
} from './merged-draft.ts'

interface MergedDraftOptions<Draft extends object> {
  id: string
  /** What is saved, and its version, as it was read last. */
  saved: Draft
  version: string
  /** Drafts that outlive their page: whose session ends while typing signs in again, and goes on. */
  kept: Map<string, Merged<Draft>>
}

export interface MergedDraft<Draft extends object> extends Merged<Draft> {
  change(part: Partial<Draft>): void
  choose(name: keyof Draft, whose: 'mine' | 'theirs'): void
  /** It was saved: `now` is the draft of the answer. What was typed meanwhile is a change still. */
  done(sent: Draft, now: Draft, version: string): void
  discard(): void
}

export function useMergedDraft<Draft extends object>({
  id,
  saved,
  version,
  kept,
}: MergedDraftOptions<Draft>): MergedDraft<Draft> {
  const [known, setState] = useState(() => kept.get(id) ?? beginDraft(saved, version))
  let state = known
  if (state.version !== version) {
    state = mergeDraft(state, saved, version)
    setState(state)
  }
  const isChanged = !isSame(state.draft, state.saved)
  useEffect(() => {
    if (isChanged) kept.set(id, state)
    else kept.delete(id)
  }, [id, kept, state, isChanged])
  return {
    ...state,
    change: (part) => setState((before) => changeDraft(before, part)),
    choose: (name, whose) => setState((before) => chooseDraft(before, name, whose)),
    done: (sent, now, next) =>
      setState((before) => {
        const fresh = beginDraft(now, next)
        return before.draft === sent ? fresh : { ...fresh, draft: before.draft }
      }),
    discard: () => setState((before) => beginDraft(before.saved, before.version)),
  }
}
