/** Whose incoming webhook a URL is: the same list for the server, which masks it, and for the form. */

type Chat = 'slack' | 'teams' | 'discord' | 'google-chat'

const HOSTS: readonly [host: RegExp, chat: Chat][] = [
  [/^hooks\.slack(-gov)?\.com$/, 'slack'],
  [/^(\w+\.)?discord(app)?\.com$/, 'discord'],
  [/^chat\.googleapis\.com$/, 'google-chat'],
  [/\.(webhook\.office\.com|logic\.azure\.com|powerplatform\.com)$/, 'teams'],
]

/** Null: of no service that is known. */
export function chatOfUrl(url: string): Chat | null {
  const host = URL.canParse(url) ? new URL(url).hostname : ''
  return HOSTS.find(([pattern]) => pattern.test(host))?.[1] ?? null
}
