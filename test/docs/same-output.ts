/**
 * Whether a page shows what really came: the same text, where `…` stands for anything, and ids,
 * times, durations and ports are the machine's own.
 */
import { expect } from 'vitest'

export function expectShown(shown: string, real: string): void {
  const pattern = placeless(shown).split('…').map(escaped).join('[\\s\\S]*?')
  const text = placeless(real)
  if (!new RegExp(`(^|\\n)${pattern}($|\\n)`).test(text)) expect(text).toBe(placeless(shown))
}

/** Every key that is shown is there with its value, and none that is there is left out. */
export function expectAnswer(shown: string, real: string): void {
  const answer = JSON.parse(placeless(real).trim().split('\n').at(-1) ?? '')
  expect(answer).toEqual(withWildcards(JSON.parse(placeless(shown))))
}

function withWildcards(value: unknown): unknown {
  if (typeof value === 'string' && value.includes('…')) {
    return expect.stringMatching(new RegExp(`^${value.split('…').map(escaped).join('.*')}$`))
  }
  if (Array.isArray(value)) return value.map(withWildcards)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withWildcards(one)]))
}

function placeless(text: string): string {
  return text
    .trim()
    .replace(/[ \t]+$/gm, '')
    .replace(/\b(bot|conv|lead|evt|wh|dlv|att|key)_[0-9a-hjkmnp-tv-z]{26}\b/g, '$1_ID')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'TIME')
    .replace(/\b\d+(\.\d+)? (ms|s)\b/g, 'A WHILE')
    .replace(/"durationMs":\s*[\d.]+/g, '"durationMs":0')
    .replace(/\b(localhost|127\.0\.0\.1):\d+/g, 'HOST')
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
