import { expect, test } from 'vitest'
import { formatOfUrl, NO_WANTS, wantsFaults, wantsValues } from './wants-draft.ts'

test('what another format has no place for is not saved, and not forgotten', () => {
  const draft = { ...NO_WANTS, format: 'slack', template: '{}', include: ['custom'] } as const
  expect(wantsValues(draft)).toMatchObject({ format: 'slack', template: null, include: [] })
  expect(wantsValues({ ...draft, format: 'template' })).toMatchObject({ template: '{}' })
  expect(wantsValues({ ...draft, format: 'event' })).toMatchObject({ include: ['custom'] })
})

test('a template that is empty and a filter that is no JSON are told before they are sent', () => {
  expect(wantsFaults({ ...NO_WANTS, format: 'template' }).template).toBeTruthy()
  expect(wantsFaults(NO_WANTS)).toEqual({ template: null, filter: null })
  const filter = { kind: 'json', rows: [], json: '{' } as const
  expect(wantsFaults({ ...NO_WANTS, filter }).filter).toBeTruthy()
})

test.each([
  ['https://hooks.slack.com/services/T0/B0/x', 'slack'],
  ['https://discord.com/api/webhooks/1/x', 'discord'],
  ['https://chat.googleapis.com/v1/spaces/x/messages?key=k', 'google-chat'],
  ['https://shop.webhook.office.com/webhookb2/x', 'teams'],
  ['https://prod-01.westeurope.logic.azure.com:443/workflows/x', 'teams'],
  ['https://slack.com.example/hooks', null],
  ['https://hooks.slack.com.evil.example/', null],
  ['hooks', null],
])('%s is of %s', (url, format) => {
  expect(formatOfUrl(url)).toBe(format)
})
