/**
 * The shape of a webhook's bodies: what of them its owner chose. An immutable row that many deliveries
 * share (docs/decisions/0061-pinned-shapes.md): a delivery has the one that its webhook had when its event was
 * accepted, so every attempt sends the same bytes, whatever was changed since.
 */
import { createHash } from 'node:crypto'

export const FORMATS = [
  'guide',
  'agent',
  'event',
  'slack',
  'teams',
  'discord',
  'google-chat',
  'template',
] as const
export type Format = (typeof FORMATS)[number]

export const INCLUDES = ['custom', 'context', 'consent'] as const
export type Include = (typeof INCLUDES)[number]

export type TemplateType = 'json' | 'form'

/** What an owner says of a body. */
export interface ShapeSettings {
  format: Format
  /** With the format `template`; else null. */
  template: string | null
  templateType: TemplateType
  /** Of a lead, beside the guide's four fields. */
  include: Include[]
}

/** With all else that its bytes are made of, so that what changes later changes none of them. */
export interface Shape extends ShapeSettings {
  /** Of the code that makes bytes of it: a new look is a new version, and old deliveries keep theirs. */
  v: 1
  chatbotName: string
}

/** Null: the guide's form, which needs no shape. Equal shapes have the same text. */
export function shapeText(settings: ShapeSettings, chatbotName: string): string | null {
  const { format, template, templateType } = settings
  const include = takesInclude(format)
    ? INCLUDES.filter((each) => settings.include.includes(each))
    : []
  if (format === 'guide' && include.length === 0) return null
  const isTemplate = format === 'template'
  const shape: Shape = {
    v: 1,
    format,
    template: isTemplate ? template : null,
    templateType: isTemplate ? templateType : 'json',
    include,
    chatbotName: namesChatbot(settings) ? chatbotName : '',
  }
  return JSON.stringify(shape)
}

export function shapeId(text: string): string {
  return `shp_${createHash('sha256').update(text).digest('base64url').slice(0, 22)}`
}

/** The others have a place of their own for what a lead brings. */
function takesInclude(format: Format): boolean {
  return format === 'guide' || format === 'agent' || format === 'event'
}

/** Whether a body may have the chatbot's name in it. */
function namesChatbot({ format, template }: ShapeSettings): boolean {
  if (format === 'template') return template?.includes('chatbotName') ?? false
  return !takesInclude(format)
}
