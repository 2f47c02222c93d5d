/**
 * Messages for chats, held against what the services publish: their types, by the compiler, and the
 * parser of Adaptive Cards. With each service's longest texts, and with an empty lead.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { AdaptiveCard, SerializationContext } from 'adaptivecards'
import { expect, onTestFinished, test } from 'vitest'
import { type ChatFormat, chatBody } from '../../packages/server/src/wants/chat/chat.ts'
import type { SeenEvent } from '../../packages/server/src/wants/seen-event.ts'
import { seenLead } from '../../packages/server/test/seen-lead.ts'
import { COMPILER } from './package-copy.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const OPTIONS = {
  module: 'nodenext',
  target: 'es2024',
  noEmit: true,
  skipLibCheck: true,
  strict: true,
  exactOptionalPropertyTypes: false,
}
/** What each message must be, in the words of its service. */
const TYPES: Record<Exclude<ChatFormat, 'teams'>, string> = {
  slack: `import type { KnownBlock } from '@slack/types'
    type Message = { text: string; blocks: KnownBlock[]; mrkdwn: boolean; unfurl_links: boolean; unfurl_media: boolean }`,
  discord: `import type { RESTPostAPIWebhookWithTokenJSONBody } from 'discord-api-types/v10'
    type Message = Omit<RESTPostAPIWebhookWithTokenJSONBody, 'allowed_mentions'> & { allowed_mentions: { parse: [] } }`,
  'google-chat': `import type { chat_v1 } from '@googleapis/chat'
    type Message = chat_v1.Schema$Message`,
}

function lead(text: string): SeenEvent {
  const names = Array.from({ length: text === '' ? 0 : 30 }, (_, n) => `field${n}`)
  return seenLead({
    chatbotName: text || 'Shop',
    payload: {
      conversationId: 'c1',
      customerEmail: text,
      customerName: text,
      customerPhone: text,
    },
    custom: Object.fromEntries(names.map((name) => [name, text])),
  })
}

const PUBLISHED: SeenEvent = {
  ...lead(''),
  eventType: 'order.paid',
  leadId: null,
  payload: { id: 7, items: [{ sku: 'a' }], note: null, paid: true },
}
const EVENTS = [lead('Ann <!channel> & @everyone'), lead('x'.repeat(4_000)), lead(''), PUBLISHED]

test('the compiler takes each message for what its service says a message is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'chatzuri-chat-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  const files = Object.entries(TYPES).flatMap(([format, type]) =>
    EVENTS.map((event, n) => ({
      file: `${format}-${n}.mts`,
      text: `${type}\nexport const message: Message = ${chatBody(format as ChatFormat, event)}\n`,
    })),
  )
  for (const { file, text } of files) await writeFile(join(folder, file), text)
  const config = { compilerOptions: OPTIONS, files: files.map(({ file }) => file) }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const compiling = promisify(execFile)(process.execPath, [COMPILER, '-p', folder])
  await compiling.catch((cause: { stdout: string }) => expect.fail(cause.stdout))
}, 60_000)

test('the parser of Adaptive Cards has nothing to say about those for Teams', () => {
  for (const event of EVENTS) {
    const { attachments } = JSON.parse(chatBody('teams', event))
    const context = new SerializationContext()
    const card = new AdaptiveCard()
    card.parse(attachments[0].content, context)
    const told = Array.from({ length: context.eventCount }, (_, at) => context.getEventAt(at))
    expect(told.map(({ message }) => message)).toEqual([])
    expect(card.getItemCount()).toBe(attachments[0].content.body.length)
    expect(card.validateProperties().validationEvents).toEqual([])
  }
})
