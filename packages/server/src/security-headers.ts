/**
 * What every answer says to browsers, and what a page adds. A policy names each script and style by
 * its hash or by a nonce of this one answer; nothing in here can write `unsafe-inline`.
 */
import { createHash } from 'node:crypto'
import type { Random } from './random.ts'

/** A year. Other hosts of the operator's domain are not ours to speak for: no `includeSubDomains`. */
const HSTS = 'max-age=31536000'

export type SecurityHeaders = Readonly<Record<string, string>>

/** On every answer. API answers hold secrets and personal data: no cache keeps them. */
export function commonHeaders({ publicUrl }: { publicUrl: string }): SecurityHeaders {
  return {
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    // Reading by CORS is another question: this is about being embedded without asking.
    'cross-origin-resource-policy': 'same-origin',
    ...(publicUrl.startsWith('https:') ? { 'strict-transport-security': HSTS } : {}),
  }
}

interface PagePolicy {
  /** Whole texts of inline `<style>` and `<script>` elements. */
  inlineStyles?: readonly string[]
  inlineScripts?: readonly string[]
  /** For both; from `createNonce`, a new one for each answer. */
  nonce?: string
  /** Whether it loads scripts, styles and fonts of this server, and calls it. */
  ownFiles?: boolean
  /** Who may show the page in a frame: `'none'` unless given, or origins, or `*`. */
  frameAncestors?: readonly string[]
}

/** A page's own headers, over the common ones. */
export function pageHeaders(policy: PagePolicy): SecurityHeaders {
  return {
    'content-security-policy': contentSecurityPolicy(policy),
    'permissions-policy': NO_FEATURES,
    'cross-origin-opener-policy': 'same-origin',
  }
}

/** For a script that other sites' pages load, which is what a widget is. */
export const EMBEDDABLE_HEADERS: SecurityHeaders = {
  'cross-origin-resource-policy': 'cross-origin',
}

/** 128 bits: CSP level 3 asks for no less. */
export function createNonce(random: Random): string {
  return random.bytes(16).toString('base64')
}

const NO_FEATURES = [
  'camera',
  'microphone',
  'geolocation',
  'payment',
  'usb',
  'serial',
  'hid',
  'display-capture',
  'fullscreen',
  'accelerometer',
  'gyroscope',
  'magnetometer',
  'midi',
]
  .map((feature) => `${feature}=()`)
  .join(', ')

function contentSecurityPolicy(policy: PagePolicy): string {
  const { inlineStyles = [], inlineScripts = [], nonce, ownFiles = false } = policy
  const shared = [...(ownFiles ? ["'self'"] : []), ...(nonce ? [`'nonce-${nonce}'`] : [])]
  const own = ownFiles ? ["'self'"] : []
  const directives: [string, string[]][] = [
    ['default-src', []],
    ['script-src', [...shared, ...inlineScripts.map(hashSource)]],
    ['style-src', [...shared, ...inlineStyles.map(hashSource)]],
    ['img-src', [...own, 'data:']],
    ['font-src', own],
    ['connect-src', own],
    ['base-uri', []],
    ['form-action', []],
    ['frame-ancestors', [...(policy.frameAncestors ?? [])]],
  ]
  return directives
    .map(([name, sources]) => `${name} ${sources.length > 0 ? sources.join(' ') : "'none'"}`)
    .join('; ')
}

function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
