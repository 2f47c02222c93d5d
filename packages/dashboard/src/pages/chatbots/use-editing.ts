import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { type ApiFailure, asFailure } from '../../api/api-failure.ts'
import { chatbotQuery, updateChatbot } from '../../api/chatbots.ts'
import type { Chatbot } from '../../api/schema.ts'
import { texts } from '../../texts/texts.ts'
import { useToasts } from '../../ui/toasts.tsx'
import {
  changeOf,
  type Draft,
  type DraftFaults,
  draftOf,
  faultsOf,
  hasFaults,
  isChanged,
} from './draft.ts'

export interface Editing {
  draft: Draft
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

/** Drafts outlive their page: whose session ends while typing signs in again, and goes on. */
const kept = new Map<string, Draft>()

export function useEditing(chatbot: Chatbot): Editing {
  const client = useQueryClient()
  const { showToast } = useToasts()
  const { id } = chatbot
  const saved = draftOf(chatbot)
  const [draft, setDraft] = useState(() => kept.get(id) ?? saved)
  const [isTold, setIsTold] = useState(false)
  const changed = isChanged(draft, saved)
  useEffect(() => {
    if (changed) kept.set(id, draft)
    else kept.delete(id)
  }, [id, draft, changed])
  const saving = useMutation({
    mutationFn: () => updateChatbot(id, changeOf(draft)),
    onSuccess: async (now) => {
      client.setQueryData(chatbotQuery(id).queryKey, now)
      // What was typed while it was being saved is a change still.
      setDraft((before) => (before === draft ? draftOf(now) : before))
      setIsTold(false)
      showToast({ tone: 'good', message: texts.chatbots.save.saved })
      await client.invalidateQueries({ queryKey: ['chatbots'] })
    },
  })
  const failure = saving.error && asFailure(saving.error)
  const faults = faultsOf(draft)
  return {
    draft,
    faults,
    isTold,
    failure,
    isChanged: changed,
    isSaving: saving.isPending,
    refused: (path) => failure?.about(path) ?? null,
    change: (part) => {
      saving.reset()
      setDraft((before) => ({ ...before, ...part }))
    },
    save: () => {
      setIsTold(true)
      if (!hasFaults(faults) && changed && !saving.isPending) saving.mutate()
    },
    discard: () => {
      saving.reset()
      setIsTold(false)
      setDraft(saved)
    },
    forget: () => kept.delete(id),
  }
}
