/** What answers mean and how they are cured: part of the table of cures (cure-table.ts). */
import type { CureWords } from './cure-words.ts'

const REDIRECTS = {
  redirect: {
    cause:
      'The endpoint sends on to another URL, and webhooks are not sent on: what is signed goes only where you said.',
    text: 'Give the webhook the URL that it leads to: mind https, www and the slash at the end.',
  },
  redirect_https: {
    cause: 'The endpoint takes https only, and sends on whoever comes with http.',
    text: 'Give the webhook the same URL with https.',
  },
  redirect_see_other: {
    cause:
      'The endpoint answered as a form on a web page does: it sends on to a page to look at, which mostly means that it did take the event.',
    text: 'Have it answer 200 instead of sending on. If the URL that it leads to is what takes events, use that one.',
  },
  redirect_elsewhere: {
    cause: 'The endpoint sends on to another host.',
    text: 'If that host is yours, give the webhook the URL that it leads to. If you do not know it, do not: leads would go there; see whether your domain is still yours.',
  },
  redirect_insecure: {
    cause:
      'The endpoint sends on from https to http: on that way anybody could read the leads. Mostly the app does not know that a proxy in front of it speaks https.',
    text: 'Have the app believe its proxy (X-Forwarded-Proto), or mend the rule that sends on. Use the URL without https only for a test.',
  },
  redirect_login: {
    cause: 'The endpoint sends on to a login page: whoever has not signed in may not come in.',
    text: 'Leave the path of the webhook out of the login: the signature shows who it is. The URL that it leads to is no endpoint.',
  },
  redirect_self: {
    cause:
      'The endpoint sends on to the very URL that was asked: it goes round in a circle. Mostly the app does not know that a proxy in front of it speaks https.',
    text: 'Have the app believe its proxy (X-Forwarded-Proto), or mend the rule that sends on.',
  },
  redirect_query: {
    cause:
      'The endpoint sends on to a URL with parameters that may be of this one request, like a session or what a visitor entered.',
    text: 'Look at the Location header of its answer, and give the webhook the URL without what is of one request. Or have it answer 200 instead of sending on.',
  },
  redirect_script: {
    cause:
      'A web app of Google Apps Script runs, and then sends on to a page with its result: it never answers 200 by itself.',
    text: 'Put a small function between that answers 200 and calls the script, or use a receiver that answers by itself. The URL that it leads to is of this one request only.',
  },
  redirect_nowhere: {
    cause: 'The endpoint says that it sends on, but not to where, or to what is no web address.',
    text: 'Have it answer 200; its rule for sending on is broken.',
  },
  redirect_used: {
    cause: 'The endpoint sent on to the URL that the webhook has by now.',
    text: 'Send a test event to see whether it is well. What was given up before can be resent.',
  },
} as const satisfies Record<string, CureWords>

const REFUSALS = {
  rejected: {
    cause: 'The endpoint did not like what it got.',
    text: 'Mostly it is the signature: compare its secret with the one of this webhook. Or a check of fields: some are empty when they are unknown, and there are event types that it may not know. Its own log says more.',
  },
  signature: {
    cause: 'The endpoint refused the signature.',
    text: 'Compare the secret that it has with the one of this webhook, and see that it hashes the body as it came, before any JSON is parsed. `chatzuri check` finds the way in which it is wrong.',
  },
  unauthorized: {
    cause: 'The endpoint wants whoever calls to sign in.',
    text: 'Leave this path out of the login: the signature shows who it is. Or give the webhook what is asked for: a user and a password in its URL, or a header of its own, like Authorization.',
  },
  forbidden: {
    cause: 'The endpoint, or something in front of it, does not let the request in.',
    text: 'Look for a firewall, a list of addresses, a check for browsers or a login in front of this path, and leave the path out of it. If the app itself answered, compare the secret that it has with the one of this webhook.',
  },
  bot_protection: {
    cause:
      'A protection against bots stands in front of the endpoint and stopped the request; the app itself never saw it.',
    text: 'Make a rule there that lets requests to this path pass (at Cloudflare: a WAF rule with the action "Skip" for the path). The signature keeps others out.',
  },
  csrf: {
    cause:
      'The app took the request for one of a form on a web page, and misses the token against forgery (CSRF).',
    text: 'Except this path from the CSRF protection: the signature does its work here.',
  },
  payment: {
    cause: 'The endpoint, or the service that hosts it, wants to be paid (402).',
    text: 'See whether its plan has run out.',
  },
  not_found: {
    cause: 'There is nothing at this path that takes a POST.',
    text: 'Compare the path of the URL with the routes of the app, letter by letter, with the slash at the end. See that the newest version is deployed, and to the host that the URL names.',
  },
  method: {
    cause: 'There is something at this path, but it does not take a POST.',
    text: 'Let the route take POST. A page or a file, which only GET reads, is no endpoint: compare the URL with the routes of the app.',
  },
  not_acceptable: {
    cause: 'The endpoint finds that what it could answer is not what was asked for.',
    text: 'Let this path answer whatever the Accept header says; some firewalls (mod_security) answer 406 too: except this path.',
  },
  their_timeout: {
    cause: 'A proxy in front of the app gave up waiting for it.',
    text: 'Answer first, and work afterwards: put the event into a queue of your own, and answer 200 at once.',
  },
  conflict: {
    cause: 'The endpoint finds that it contradicts what it has, mostly because it had it before.',
    text: 'If it has taken the event before, have it answer 200: repeats belong to webhooks, and carry the same webhook-id.',
  },
  gone: {
    cause: 'The endpoint says that it is gone for good (410), and it is believed.',
    text: 'If it is there again, resume the webhook: what waits goes out. Answer 404 for what may come back. If it moved, change the URL.',
  },
  length: {
    cause: 'Something in front of the app wants to know the length of the body and lost it.',
    text: 'Look at the proxy: each request says its content-length.',
  },
  precondition: {
    cause: 'The endpoint asks for conditions that a webhook does not send.',
    text: 'Let this path take a POST without conditions (If-Match, Expect).',
  },
  too_large: {
    cause: 'The endpoint takes no body of this size.',
    text: 'Raise the limit for bodies in the app and in the proxy before it: 128 KiB is enough for all events.',
  },
  url_too_long: {
    cause: 'The URL, or the headers, are longer than the endpoint takes.',
    text: 'Shorten the URL and the own headers of the webhook.',
  },
  media_type: {
    cause: 'The endpoint does not take JSON.',
    text: 'Let it take content-type application/json.',
  },
  misdirected: {
    cause: 'The server at this address does not serve this host.',
    text: "Compare the host of the URL with the server's settings, and see that its DNS entry leads to the right one.",
  },
  too_early: {
    cause: 'The endpoint does not want to be asked yet.',
    text: 'It mostly passes. If it goes on, look into its log.',
  },
  upgrade: {
    cause: 'The endpoint wants another protocol.',
    text: 'Let it take HTTP/1.1: webhooks are sent in that.',
  },
  rate_limited: {
    cause: 'The endpoint asks to be sent less.',
    text: 'This uses up no attempt. If it goes on, set "Requests a second, at most" of the webhook to what the endpoint takes, or raise its limit.',
  },
  legal: {
    cause: 'The endpoint, or something before it, may not take this for legal reasons (451).',
    text: 'Ask whoever hosts it; some block whole countries.',
  },
  client_error: {
    cause: 'The endpoint refused the request.',
    text: 'What it answered, and its own log, say why.',
  },
  plain_to_tls: {
    cause: 'The port takes https only, and the URL says http.',
    text: 'Give the webhook the same URL with https.',
  },
  client_certificate: {
    cause: 'The endpoint asks for a client certificate, which webhooks do not have.',
    text: 'Let this path in without one, and check the signature instead.',
  },
} as const satisfies Record<string, CureWords>

const BROKEN = {
  server_error: {
    cause: 'The app failed while it handled the event.',
    text: 'Its own log says where. Often: the secret is not set, or a field is empty that it takes for filled.',
  },
  not_implemented: {
    cause: 'The server does not know what a POST is.',
    text: 'A server of files is no endpoint: compare the URL with the app, and look at the proxy in front of it.',
  },
  bad_gateway: {
    cause: 'The proxy in front of the app did not reach it: it is not running, or just restarting.',
    text: 'Start the app and see that the proxy leads to its port. A short break needs nothing while it is tried again.',
  },
  unavailable: {
    cause: 'The endpoint says that it is not there at the moment: overloaded, or in maintenance.',
    text: 'A short break needs nothing while it is tried again. If it goes on, see that the app runs and that nobody forgot the maintenance mode.',
  },
  tunnel_offline: {
    cause: 'The tunnel to your machine (like ngrok) is not open.',
    text: 'Start it again, and see that the URL is still its own: many get a new one each time. `chatzuri listen` needs no tunnel.',
  },
  storage_full: {
    cause: 'The endpoint has no room left (507).',
    text: 'Make room on its disk.',
  },
  loop: {
    cause: 'The endpoint found that it calls itself in a circle (508).',
    text: 'Look at the rules of its proxy.',
  },
  captive: {
    cause: 'The network before the endpoint wants a login (511).',
    text: 'Look at what stands between: the app itself never saw the request.',
  },
  origin_down: {
    cause: 'The CDN in front of the app (like Cloudflare) could not reach it.',
    text: 'See that the app runs, that its firewall lets the addresses of the CDN in, and that the DNS entry at the CDN leads to it.',
  },
  origin_slow: {
    cause: 'The CDN in front of the app gave up waiting for it.',
    text: 'Answer first, and work afterwards: put the event into a queue of your own, and answer 200 at once.',
  },
  origin_tls: {
    cause:
      'The CDN in front of the app could not agree with it on TLS, or does not trust its certificate.',
    text: "Renew the certificate of the app's own server, or set the CDN's mode of encryption to what that server can (at Cloudflare: SSL/TLS, Overview).",
  },
  origin_dns: {
    cause: 'The CDN in front of the app does not find it, or the site is switched off there.',
    text: 'Compare the DNS entry at the CDN, and see that the account or the tunnel is not switched off.',
  },
  odd_status: {
    cause: 'The answer has a status that says nothing about an event.',
    text: 'Have the endpoint answer any status from 200 to 299 when it has taken the event.',
  },
} as const satisfies Record<string, CureWords>

const DOUBTS = {
  web_page: {
    cause:
      'The endpoint answered with a web page. A web page mostly does not take events: the event may have gone nowhere.',
    text: 'Is this the right URL? Compare its path with the route of the app. A login page, an error page or a parked domain answers so, too.',
  },
  body_says_failed: {
    cause: 'The answer has a good status, but its body says that it failed.',
    text: 'Have the endpoint answer 500 when it failed: then it is tried again. What this event was can be resent.',
  },
} as const satisfies Record<string, CureWords>

export const ANSWER_CURES = { ...REDIRECTS, ...REFUSALS, ...BROKEN, ...DOUBTS }
