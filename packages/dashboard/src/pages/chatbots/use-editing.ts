import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type ApiFailure, asFailure } from '../../api/api-failure.ts'
import { chatbotQuery, updateChatbot } from '../../api/chatbots.ts'
import type { Versioned } from '../../api/request.ts'
import type { Chatbot } from '../../api/schema.ts'
import type { Merged } from '../../app/merged-draft.ts'
import { type MergedDraft, useMergedDraft } from '../../app/use-merged-draft.ts'
import { texts } from '../../texts/texts.ts'
import { useToasts } from '../../ui/toasts.tsx'
import {
  type Draft,
  type DraftFaults,
  draftOf,
  faultsOf,
  hasFaults,
  isChanged,
  partsOf,
} from './draft.ts'

export interface Editing {
  draft: Draft
  merged: MergedDraft<Draft>
  faults: DraftFaults
  isChanged: boolean
  isSaving: boolean
  /** Somebody tried to save: now every fault is told. */
  isTold: boolean
  failure: ApiFailure | null
  /** What the server said of one field. */
  refused(path: string): string | null
  change(part: Partial<Draft>): void
  save(): void
  discard(): void
  /** The draft isn't wanted any more. */
  forget(): void
}

const kept = new Map<string, Merged<Draft>>()

export function useEditing(chatbot: Versioned<Chatbot>): Editing {
  const client = useQueryClient()
  const { showToast } = useToasts()
  const { id, etag } = chatbot
  const merged = useMergedDraft({ id, saved: draftOf(chatbot), version: etag, kept })
  const { draft, saved } = merged
  const changed = isChanged(draft, saved)
  const [isTold, setIsTold] = useState(false)
  const saving = useMutation({
    mutationFn: (sent: Draft) => updateChatbot({ id, etag }, partsOf(sent, saved)),
    onSuccess: async (now, sent) => {
      merged.done(sent, draftOf(now), now.etag)
      client.setQueryData(chatbotQuery(id).queryKey, now)
      setIsTold(false)
      showToast({ tone: 'good', message: texts.chatbots.save.saved })
      await client.invalidateQueries({ queryKey: ['chatbots'] })
    },
    onError: async (error) => {
      // Read, so that one sees what is there; what was typed stays.
      if (asFailure(error).statusCode !== 412) return
      await client.invalidateQueries({ queryKey: chatbotQuery(id).queryKey })
    },
  })
  const failure = saving.error && asFailure(saving.error)
  const faults = faultsOf(draft)
  return {
    draft,
    merged,
    faults,
    isTold,
    failure,
    isChanged: changed,
    isSaving: saving.isPending,
    refused: (path) => failure?.about(path) ?? null,
    change: (part) => {
      // Who has changed it meanwhile is told until it is saved.
      if (failure?.statusCode !== 412) saving.reset()
      merged.change(part)
    },
    save: () => {
      setIsTold(true)
      if (merged.collisions.some(({ isChosen }) => !isChosen)) return
      if (!hasFaults(faults) && changed && !saving.isPending) saving.mutate(draft)
    },
    discard: () => {
      saving.reset()
      setIsTold(false)
      merged.discard()
    },
    forget: () => kept.delete(id),
  }
}
