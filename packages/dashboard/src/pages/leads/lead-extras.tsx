/** What a lead brings beside who it is: the owner's own fields, and where it was left. */
import { useQuery } from '@tanstack/react-query'
import { chatbotQuery } from '../../api/chatbots.ts'
import type { Lead } from '../../api/schema.ts'
import { texts } from '../../texts/texts.ts'
import { Fact } from '../../ui/facts.tsx'

const { extras } = texts.leads

/** By the labels of the form, where it still has them. */
export function OwnFacts({ lead: { chatbotId, custom } }: { lead: Lead }) {
  const entries = Object.entries(custom)
  const { data: chatbot } = useQuery({ ...chatbotQuery(chatbotId), enabled: entries.length > 0 })
  return entries.map(([name, value]) => {
    const field = chatbot?.leadForm.fields.find((each) => each.name === name)
    const isLong = typeof value === 'string' && (value.includes('\n') || value.length > 80)
    return (
      <Fact key={name} name={field?.label ?? name} block={isLong}>
        <span className="whitespace-pre-wrap">
          {typeof value === 'boolean' ? (value ? extras.yes : extras.no) : String(value)}
        </span>
      </Fact>
    )
  })
}

export function WhereFacts({ lead: { channel, context } }: { lead: Lead }) {
  const utm = Object.entries(context?.utm ?? {}).filter(([, value]) => value !== '')
  const { page = '', title = '', referrer = '', language = '', timeZone = '' } = context ?? {}
  const where = [language, timeZone].filter(Boolean).join(' · ')
  return (
    <>
      {channel !== 'website' && <Fact name={extras.channel}>{channel}</Fact>}
      {page !== '' && (
        <Fact name={extras.page} wide>
          {title !== '' && <span className="block">{title}</span>}
          {page}
        </Fact>
      )}
      {referrer !== '' && (
        <Fact name={extras.referrer} wide>
          {referrer}
        </Fact>
      )}
      {utm.length > 0 && (
        <Fact name={extras.utm}>{utm.map(([name, value]) => `${name}: ${value}`).join(', ')}</Fact>
      )}
      {where !== '' && <Fact name={extras.language}>{where}</Fact>}
    </>
  )
}
