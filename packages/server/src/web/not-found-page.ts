/**
 * What people get where nothing is; programs get the API's error, as before. The look is the
 * dashboard's, without a file of it: the page is there without a build, too.
 */
import { pageHeaders, type SecurityHeaders } from '../security-headers.ts'
import type { Site, SiteAnswer } from './built-files.ts'

/** Asked last: it takes every path that no other site has, but for those of programs. */
export function openNotFoundSite(headers: SecurityHeaders): Site {
  const html = { 'content-type': 'text/html; charset=utf-8', vary: 'accept' }
  const all = { ...headers, ...pageHeaders({ inlineStyles: [STYLE] }), ...html }
  return {
    async answer({ path, accept }): Promise<SiteAnswer | null> {
      if (isOfPrograms(path) || !takesHtml(accept)) return null
      return { statusCode: 404, headers: all, body: /^\/chat(\/|$)/i.test(path) ? CHAT : OTHER }
    },
  }
}

function isOfPrograms(path: string): boolean {
  return /^\/+(api|widget)(\/|$)/i.test(path)
}

/** By name: what takes anything (curl, a monitor) reads JSON as well. */
function takesHtml(accept: string): boolean {
  return accept.split(',').some((part) => {
    const [type = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase())
    const isHtml = type === 'text/html' || type === 'application/xhtml+xml'
    return isHtml && !parameters.some((text) => /^q\s*=\s*0(\.0*)?$/.test(text))
  })
}

const STYLE = `
:root { color-scheme: light dark;
  --canvas: light-dark(#f7f7f9, #0e0f13); --surface: light-dark(#ffffff, #16181d);
  --line: light-dark(#e4e4ea, #2a2d36); --ink: light-dark(#17181d, #eceef3);
  --soft: light-dark(#555866, #a7abb9); --accent: light-dark(#4f46e5, #a5b0ff); }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.25rem;
  background: var(--canvas); color: var(--ink);
  font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 30rem; width: 100%; padding: 2rem; background: var(--surface);
  border: 1px solid var(--line); border-radius: 12px; }
svg { display: block; width: 40px; height: 40px; margin-bottom: 1.25rem; }
h1 { margin: 0 0 0.5rem; font-size: 1.35rem; line-height: 1.3; }
p { margin: 0.5rem 0 0; color: var(--soft); }
a { color: var(--accent); text-underline-offset: 0.15em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
`

const MARK = `<svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8" fill="#4f46e5"/><path d="M9 11.5h14M9 16h9M9 20.5h5" stroke="#fff" stroke-width="2.4" stroke-linecap="round"/><circle cx="22" cy="20.5" r="2.6" fill="#a5f3c4"/></svg>`

const page = (title: string, body: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<main>
${MARK}
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`

/** For visitors, who have no business with the dashboard. */
const CHAT = page(
  'This chat is not here any more',
  '<p>Its owner may have closed it, or the link is not whole. Go back to where you found it, or ask for a new link.</p>',
)

const OTHER = page(
  'There is no such page',
  '<p>The address may be mistyped, or what was here is gone.</p>\n<p><a href="/">Go to the dashboard</a> · <a href="/docs">API reference</a></p>',
)
