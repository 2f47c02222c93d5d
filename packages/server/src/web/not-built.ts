/** What is shown where the dashboard was never built: the API works without it. */
import { SITE_HEADERS } from './site-headers.ts'

export const NOT_BUILT_HEADERS = {
  ...SITE_HEADERS,
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; img-src data:; frame-ancestors 'none'",
  'cache-control': 'no-store',
}

export const NOT_BUILT_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>The dashboard is not built</title>
<link rel="icon" href="data:,">
</head>
<body>
<h1>The dashboard is not built</h1>
<p>Run <code>npm run build</code> in the repository and start the server again; <code>npm start</code> does both.</p>
<p>The API works without it: see its <a href="/docs">reference</a>.</p>
</body>
</html>
`
