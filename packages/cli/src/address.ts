/**
 * An address as people type it: `8311` and `:8311` are ports of this machine, and a host needs no scheme. To a
 * URL's parser a bare number is an IPv4 address (8311 is 0.0.32.119), and `localhost:` a scheme.
 */
import { usageError } from './command-error.ts'
import { isLoopback } from './localhost.ts'
import { typedUrl } from './typed-url.ts'

const PORT = /^:?(\d+)(?=$|[/?#])/
/** One number, also in hex: a port whose scheme was typed too, or a slip. Names of hosts are no such. */
const NUMBER_HOST = /^[a-z]+:\/\/(?:[^/?#@]*@)?(?:\d+|0x[\da-f]+)(?=$|[:/?#])/i

/** `name`: as the user knows it, `--forward-to`. Throws a usage error. */
export function addressOf(given: string, name: string): URL {
  const typed = typedUrl(given, name)
  const [matched, port] = PORT.exec(typed) ?? []
  if (port !== undefined && matched !== undefined) {
    if (Number(port) < 1 || Number(port) > 65_535)
      throw usageError(`${name}: ${port} is no port; ports are 1 to 65535.`)
    return new URL(`http://localhost:${port}${typed.slice(matched.length)}`)
  }
  const text = withScheme(typed)
  if (NUMBER_HOST.test(text)) {
    throw usageError(
      `${name}: "${given}" has a number where a host stands: for a port of this machine say http://localhost:8311/hook.`,
    )
  }
  const url = URL.canParse(text) ? new URL(text) : null
  if (url && /^https?:$/.test(url.protocol)) return url
  throw usageError(`${name}: "${given}" is no URL of a server: say http://localhost:3000/hook.`)
}

/** This machine is asked by http, others by https. */
function withScheme(typed: string): string {
  // `mailto:a@b` is no host with a password.
  if (/^[a-z][a-z\d+.-]*:\/\/|^[^/?#]*@/i.test(typed)) return typed
  const url = URL.canParse(`http://${typed}`) ? new URL(`http://${typed}`) : null
  return `${url === null || isLoopback(url.hostname) ? 'http' : 'https'}://${typed}`
}
