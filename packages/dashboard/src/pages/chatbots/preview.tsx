/** The widget itself, as it will be: its own code and style, in a shadow root, with nobody to send to. */
import { useEffect, useRef } from 'react'
import { mountPreview } from '../../../../widget/src/widget.ts'
import type { LeadForm } from '../../api/schema.ts'

interface PreviewProps {
  name: string
  leadForm: LeadForm
}

export function Preview({ name, leadForm }: PreviewProps) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!place.current) return
    const root = place.current.shadowRoot ?? place.current.attachShadow({ mode: 'open' })
    const conversation = { token: '', name, leadForm }
    const accept = async () => ({ kind: 'accepted' as const })
    mountPreview(root, {
      chatbotId: '',
      client: { begin: async () => conversation, send: accept },
      outbox: { send: accept },
      values: () => ({}),
    })
  }, [name, leadForm])
  return <div ref={place} className="mx-auto max-w-95" />
}
