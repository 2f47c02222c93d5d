/**
 * Bodies for the incoming webhooks of chat services. What a visitor wrote mentions nobody, links to
 * nothing and formats nothing there: it stands in elements that know no markup, or is escaped.
 */
import type { SeenEvent } from '../seen-event.ts'
import { type Card, cardOf } from './card.ts'

export type ChatFormat = 'slack' | 'teams' | 'discord' | 'google-chat'

export function isChat(format: string): format is ChatFormat {
  return Object.hasOwn(MAKERS, format)
}

export function chatBody(format: ChatFormat, event: SeenEvent): string {
  return JSON.stringify(MAKERS[format](cardOf(event)))
}

const MAKERS: Readonly<Record<ChatFormat, (card: Card) => object>> = {
  slack: slackMessage,
  teams: teamsMessage,
  discord: discordMessage,
  'google-chat': googleChatMessage,
}

/**
 * Rich text knows no markup and makes no links of itself; `text` is what a notification shows, where
 * `& < >` are escaped, as Slack asks (docs.slack.dev, formatting message text).
 */
function slackMessage({ title, lines, footnote }: Card) {
  const line = ({ label, value }: Card['lines'][number]) => ({
    type: 'rich_text_section' as const,
    elements: [
      { type: 'text' as const, text: `${label}: `, style: { bold: true } },
      { type: 'text' as const, text: value },
    ],
  })
  return {
    text: escapeSlack(title),
    mrkdwn: false,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'header' as const, text: { type: 'plain_text' as const, text: title, emoji: false } },
      ...(lines.length > 0
        ? [
            {
              type: 'rich_text' as const,
              elements: [
                {
                  type: 'rich_text_list' as const,
                  style: 'bullet' as const,
                  elements: lines.map(line),
                },
              ],
            },
          ]
        : []),
      {
        type: 'context' as const,
        elements: [{ type: 'plain_text' as const, text: footnote, emoji: false }],
      },
    ],
  }
}

function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** What Workflows' webhooks take: an Adaptive Card. `TextRun` knows no Markdown, `TextBlock` does. */
function teamsMessage({ title, lines, footnote }: Card) {
  const run = (text: string, style: object = {}) => ({ type: 'TextRun' as const, text, ...style })
  const block = (inlines: object[], style: object = {}) => ({
    type: 'RichTextBlock' as const,
    inlines,
    ...style,
  })
  return {
    type: 'message' as const,
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive' as const,
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard' as const,
          version: '1.4',
          body: [
            block([run(title, { weight: 'Bolder', size: 'Medium' })]),
            ...lines.map(({ label, value }) =>
              block([run(`${label}: `, { weight: 'Bolder' }), run(value)], { spacing: 'Small' }),
            ),
            block([run(footnote, { isSubtle: true, size: 'Small' })]),
          ],
        },
      },
    ],
  }
}

/** Discord's Markdown has no element without it: each character that means something is escaped. */
function discordMessage({ title, lines, footnote }: Card) {
  return {
    allowed_mentions: { parse: [] as never[] },
    embeds: [
      {
        title: escapeDiscord(title, 256),
        fields: lines.map(({ label, value }) => ({
          name: escapeDiscord(label, 60),
          value: escapeDiscord(value, DISCORD_VALUE_MAX),
          inline: false,
        })),
        footer: { text: footnote },
      },
    ],
  }
}

/** An embed has 6,000 characters at most, in all of its texts together: these, of 20 lines. */
const DISCORD_VALUE_MAX = 220

function escapeDiscord(text: string, lengthMax: number): string {
  let escaped = ''
  for (const character of text) {
    const next = /[\\*_~`|>#\-+()[\]<@:!/.]/.test(character) ? `\\${character}` : character
    if (escaped.length + next.length > lengthMax - 1) return `${escaped}…`
    escaped += next
  }
  return escaped
}

/** `decoratedText` takes a little HTML: escaped, it is text. */
function googleChatMessage({ title, lines, footnote }: Card) {
  return {
    cardsV2: [
      {
        cardId: 'event',
        card: {
          header: { title, subtitle: footnote },
          sections: [
            {
              widgets: (lines.length > 0 ? lines : [{ label: '', value: '–' }]).map(
                ({ label, value }) => ({
                  decoratedText: {
                    topLabel: label,
                    text: escapeHtml(value),
                    wrapText: true,
                  },
                }),
              ),
            },
          ],
        },
      },
    ],
  }
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
