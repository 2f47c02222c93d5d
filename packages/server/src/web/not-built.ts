/** What is shown where the dashboard was never built: the API works without it. */
import { pageHeaders, type SecurityHeaders } from '../security-headers.ts'
import type { SiteAnswer } from './built-files.ts'

export function notBuilt(headers: SecurityHeaders): SiteAnswer {
  const html = { 'content-type': 'text/html; charset=utf-8' }
  return { statusCode: 503, headers: { ...headers, ...pageHeaders({}), ...html }, body: PAGE }
}

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>The pages are not built</title>
<link rel="icon" href="data:,">
</head>
<body>
<h1>The pages are not built</h1>
<p>Run <code>npm run build</code> in the repository and start the server again; <code>npm start</code> does both.</p>
<p>The API works without it: see its <a href="/docs">reference</a>.</p>
</body>
</html>
`
