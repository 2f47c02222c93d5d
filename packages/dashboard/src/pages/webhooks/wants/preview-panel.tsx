/** What would be sent, as one types: of the last event, or of an example. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { Link } from 'react-router'
import { asFailure } from '../../../api/api-failure.ts'
import { previewQuery } from '../../../api/preview.ts'
import type { Preview, PreviewResult } from '../../../api/schema.ts'
import { texts } from '../../../texts/texts.ts'
import { BodyView } from '../../../ui/body-view.tsx'
import { ErrorState } from '../../../ui/error-state.tsx'
import { HeadersView } from '../../../ui/headers-view.tsx'
import { Notice } from '../../../ui/notice.tsx'
import { Segmented } from '../../../ui/segmented.tsx'

const { preview: words } = texts.wants
const TYPED_MS = 400
const LAST_EVENTS = 100
type Of = 'last' | 'example'
const OF: { value: Of; label: string }[] = [
  { value: 'last', label: words.last },
  { value: 'example', label: words.example },
]

interface PreviewPanelProps {
  chatbotId: string
  asked: Preview
  /** Somebody is at what it shows: it is open without being asked. */
  isWanted: boolean
}

export function PreviewPanel({ chatbotId, asked, isWanted }: PreviewPanelProps) {
  const [isOpen, setIsOpen] = useState<boolean | null>(null)
  const isShown = isOpen ?? isWanted
  return (
    <details
      open={isShown}
      onToggle={(event) => {
        if (event.currentTarget.open !== isShown) setIsOpen(event.currentTarget.open)
      }}
      className="rounded-control border border-line"
    >
      <summary className="rounded-control px-3.5 py-2.5 text-sm font-medium">{words.title}</summary>
      <div aria-live="polite" className="grid gap-3 border-t border-line px-3.5 py-4">
        {isShown && <Shown chatbotId={chatbotId} asked={asked} />}
      </div>
    </details>
  )
}

function Shown({ chatbotId, asked }: Omit<PreviewPanelProps, 'isWanted'>) {
  const [of, setOf] = useState<Of>('last')
  const eventId = of === 'example' && { eventId: of }
  const settled = useSettled({ ...asked, ...eventId, lastEvents: LAST_EVENTS })
  const { data, error, refetch } = useQuery({
    ...previewQuery(chatbotId, settled),
    placeholderData: keepPreviousData,
    retry: false,
  })
  if (error) {
    const { statusCode, message } = asFailure(error)
    // What is half typed is refused with a sentence that says where.
    if (statusCode === 400) return <Notice tone="warn">{message.replaceAll('`', '')}</Notice>
    return <ErrorState error={error} onRetry={refetch} />
  }
  if (!data) return <p className="text-sm text-soft">{words.loading}</p>
  return (
    <>
      <div>
        <Segmented<Of> label={words.title} value={of} onChange={setOf} options={OF} />
      </div>
      <Result result={data} />
    </>
  )
}

function Result({ result }: { result: PreviewResult }) {
  const { sent, why, example, body, headers, matched = 0, of = 0, examples = [] } = result
  return (
    <>
      <p className="text-sm text-soft">{example ? words.ofExample : words.ofEvent}</p>
      {!sent && <Notice tone="warn">{words.kept(why)}</Notice>}
      {body !== '' && <BodyView label={words.body} body={body} />}
      {of > 0 && matched === 0 && <Notice tone="warn">{words.none(of)}</Notice>}
      {matched > 0 && <p className="text-sm font-medium">{words.of(matched, of)}</p>}
      {of > matched && (
        <details className="text-sm">
          <summary className="text-soft">{words.why}</summary>
          <ul className="mt-2 grid gap-1">
            {examples.map((one) => (
              <li key={one.eventId}>
                <Link
                  to={`/events/${one.eventId}`}
                  target="_blank"
                  className="font-mono text-xs underline"
                >
                  {one.eventId}
                </Link>{' '}
                {one.sent ? words.sent : words.kept(one.why)}
              </li>
            ))}
          </ul>
        </details>
      )}
      {body !== '' && (
        <details className="text-sm">
          <summary className="text-soft">{words.headers}</summary>
          <div className="mt-2">
            <HeadersView label={words.headersLabel} headers={headers} />
          </div>
        </details>
      )}
    </>
  )
}

/** As it is once nobody has typed for a moment. */
function useSettled(value: Preview): Preview {
  const text = JSON.stringify(value)
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), TYPED_MS)
    return () => clearTimeout(timer)
  }, [text])
  // It was made of one.
  return JSON.parse(settled) as Preview
}
