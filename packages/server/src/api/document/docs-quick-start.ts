/** The reference page's first section: from nothing to a delivered lead in four commands. */
import { html, type Markup } from './markup.ts'

export interface QuickStart {
  publicUrl: string
  /** How many attempts a delivery gets, and over what time. */
  retryScheduleMs: number[]
}

export function quickStart({ publicUrl }: QuickStart): Markup {
  const api = `${publicUrl}/api/v1`
  return html`<h2 class="section" id="quick-start">Quick start</h2>
<p>Four steps in a POSIX shell: a chatbot, a webhook, a lead, and what became of it.</p>
<ol class="steps">
<li>Take the operator’s key: the server says at its start which file it is in.${code(`KEY=$(cat data/admin-key)`)}</li>
<li>Create a chatbot, and keep its id.${code(`curl -X POST ${api}/chatbots \\
  -H "Authorization: Bearer $KEY" \\
  -H 'Content-Type: application/json' \\
  -d '{"name":"Shop assistant"}'

BOT=bot_…   # the "id" of the answer`)}</li>
<li>Register the endpoint that wants its leads. The answer holds the webhook’s <code>secret</code>.${code(`curl -X POST ${api}/chatbots/$BOT/webhooks \\
  -H "Authorization: Bearer $KEY" \\
  -H 'Content-Type: application/json' \\
  -d '{"url":"https://shop.example/hooks/leads","eventTypes":["lead.submit"]}'`)}</li>
<li>Hand in a lead, and see how it is delivered.${code(`curl -X POST ${api}/chatbots/$BOT/leads \\
  -H "Authorization: Bearer $KEY" \\
  -H 'Content-Type: application/json' \\
  -d '{"customerName":"Ann","customerEmail":"ann@example.com","customerPhone":"+254700000000"}'

curl "${api}/deliveries?chatbotId=$BOT" \\
  -H "Authorization: Bearer $KEY"`)}</li>
</ol>
`
}

/** What holds for every route. */
export function conventions({ retryScheduleMs }: QuickStart): Markup {
  return html`<h2 class="section" id="conventions">Conventions</h2>
<ul>
<li>Send the key as <code>Authorization: Bearer …</code>. Only the routes marked “no key needed” do without.</li>
<li>Bodies and answers are JSON. A field that a route does not know is refused, not ignored.</li>
<li>Times are ISO 8601, UTC, with milliseconds. Ids begin with the name of what they are: <code>bot_…</code>, <code>wh_…</code>.</li>
<li>Lists are newest first: <code>{"data":[…],"nextCursor":…}</code>. Pass <code>nextCursor</code> as <code>cursor</code>, with the same filters, until it is null.</li>
<li>202 means that what was sent is on disk. With an <code>Idempotency-Key</code> a request can be repeated safely for 24 hours.</li>
<li>A delivery gets ${attemptsText(retryScheduleMs)}. Then it is <code>exhausted</code>, and can be resent.</li>
<li>Secrets of yours (header values, credentials in URLs) are shown as <code>***</code>.</li>
</ul>
`
}

function attemptsText(retryScheduleMs: number[]): string {
  const count = retryScheduleMs.length
  if (count === 1) return 'one attempt'
  const totalMs = retryScheduleMs.reduce((sum, waitMs) => sum + waitMs, 0)
  return `up to ${count} attempts within ${spanText(totalMs)}`
}

function spanText(spanMs: number): string {
  const hours = spanMs / 3_600_000
  if (hours >= 1.5) return `about ${Math.round(hours)} hours`
  const minutes = spanMs / 60_000
  return minutes >= 1.5
    ? `about ${Math.round(minutes)} minutes`
    : `${Math.ceil(spanMs / 1000)} seconds`
}

function code(text: string): Markup {
  return html`<pre tabindex="0"><code>${text}</code></pre>`
}
