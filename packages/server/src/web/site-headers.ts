/** What browsers are told besides the content. No inline style or script, no other host, no frame. */

/** On everything that the site hands out. */
export const SITE_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
}

/** `nonce`: fresh for each response. Scripts and style elements without it don't count. */
export function pageHeaders(nonce: string): Record<string, string> {
  return {
    ...SITE_HEADERS,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': pageSecurityPolicy(nonce),
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy':
      'camera=(), geolocation=(), microphone=(), payment=(), usb=(), clipboard-write=(self)',
    'x-frame-options': 'DENY',
    // It names the hashed files of one build, and holds this response's nonce.
    'cache-control': 'no-store',
  }
}

function pageSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    // The scroll lock of Radix's dialogs puts one style element into the page, with this nonce.
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** The hosted chat: its script, the routes that the script asks, and nothing else. */
export function chatPageHeaders(): Record<string, string> {
  return {
    ...SITE_HEADERS,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy':
      "default-src 'none'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'cross-origin-opener-policy': 'same-origin',
    'cache-control': 'public, max-age=300',
  }
}
