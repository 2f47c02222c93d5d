/**
 * Tokens: what a key, a session's cookie and an owner link carry. 192 random bits with a prefix by
 * which people and secret scanners know them. Kept and looked up by their SHA-256, so that no
 * comparison ever sees a token: what its time tells is of a digest, which leads back to nothing.
 */
import { hash } from 'node:crypto'
import type { Random } from '../../random.ts'

const PREFIXES = { key: 'czk', session: 'czs', link: 'czl' } as const
type TokenKind = keyof typeof PREFIXES

const TOKEN_BYTES = 24

export function drawToken(kind: TokenKind, random: Random): string {
  return `${PREFIXES[kind]}_${random.bytes(TOKEN_BYTES).toString('base64url')}`
}

/** Whether it could be one: anything else is refused without asking the store. */
export function isToken(kind: TokenKind, text: string): boolean {
  return text.startsWith(`${PREFIXES[kind]}_`) && /^[\w-]{36}$/.test(text)
}

export function hashToken(token: string): string {
  return hash('sha256', token, 'base64url')
}
