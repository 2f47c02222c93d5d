/** What a webhook wants, as it is being made or changed: which events, and what their bodies look like. */
import type { Webhook, WebhookCreate } from '../../../api/schema.ts'
import { chatOfUrl } from '../../../format/chat-hosts.ts'
import { texts } from '../../../texts/texts.ts'
import { draftOfFilter, type FilterDraft, filterOf, NO_FILTER, rowFault } from './filter-rows.ts'

export type Format = Webhook['format']
type Include = Webhook['include'][number]

export interface WantsDraft {
  format: Format
  /** Kept while another format is chosen. */
  template: string
  templateType: Webhook['templateType']
  include: readonly Include[]
  filter: FilterDraft
}

export interface WantsFaults {
  template: string | null
  filter: string | null
}

type WantsName = 'format' | 'template' | 'templateType' | 'include' | 'filter'
type WantsValues = Required<Pick<WebhookCreate, WantsName>>

const { wants } = texts

export const INCLUDES: readonly Include[] = ['custom', 'context', 'consent']
export const WANTS_PATHS: readonly WantsName[] = [
  'format',
  'template',
  'templateType',
  'include',
  'filter',
]

export const NO_WANTS: WantsDraft = {
  format: 'guide',
  template: '',
  templateType: 'json',
  include: [],
  filter: NO_FILTER,
}

export function wantsOf({ format, template, templateType, include, filter }: Webhook): WantsDraft {
  return { format, template: template ?? '', templateType, include, filter: draftOfFilter(filter) }
}

/** The others have a place of their own for what a lead brings. */
export function takesInclude(format: Format): boolean {
  return format === 'guide' || format === 'agent' || format === 'event'
}

/** A filter that is no JSON can't be saved: until it is one it counts for none. */
export function wantsValues(draft: WantsDraft): WantsValues {
  const { format, template, templateType, include } = draft
  const isTemplate = format === 'template'
  return {
    format,
    template: isTemplate ? template : null,
    templateType: isTemplate ? templateType : 'json',
    include: takesInclude(format) ? INCLUDES.filter((name) => include.includes(name)) : [],
    filter: filterOf(draft.filter) ?? null,
  }
}

export function wantsFaults({ format, template, filter }: WantsDraft): WantsFaults {
  const isMissing = format === 'template' && template.trim() === ''
  return { template: isMissing ? wants.template.missing : null, filter: filterFault(filter) }
}

function filterFault(filter: FilterDraft): string | null {
  if (filter.kind === 'json') return filterOf(filter) === undefined ? wants.filter.noJson : null
  return filter.rows.some((row) => rowFault(row) !== null) ? wants.filter.unfinished : null
}

/** One of them in words, for who compares two. */
export function shownWant(name: keyof WantsDraft, draft: WantsDraft): string {
  switch (name) {
    case 'format':
      return wants.formats[draft.format].name
    case 'templateType':
      return wants.template.types[draft.templateType]
    case 'include':
      return (
        draft.include.map((each) => wants.include.names[each]).join(', ') || texts.meanwhile.empty
      )
    case 'filter':
      return JSON.stringify(filterOf(draft.filter)) || texts.meanwhile.empty
    case 'template':
      return draft.template || texts.meanwhile.empty
  }
}

/** Of a service that takes messages of its own form only. Null: of none that is known. */
export function formatOfUrl(url: string): Format | null {
  return chatOfUrl(url.trim())
}
