/** A request as a command for a POSIX shell: what is pasted there arrives byte for byte. */
import type { DeliveryDetail } from '../../api/schema.ts'

type Request = Pick<NonNullable<DeliveryDetail['request']>, 'url' | 'headers' | 'body'>

export function curlCommand({ url, headers, body }: Request): string {
  const parts = [
    `curl --request POST ${quoted(url)}`,
    ...Object.entries(headers).map(
      ([name, value]) => `--header ${quoted(headerLine(name, value))}`,
    ),
    // Not `--data`: that would read a file where a body begins with @.
    `--data-raw ${quoted(body)}`,
  ]
  return parts.join(' \\\n  ')
}

/** `name:` alone would tell curl to leave the header out. */
function headerLine(name: string, value: string): string {
  return value === '' ? `${name};` : `${name}: ${value}`
}

/** In single quotes the shell touches nothing; a quote is put between two such texts. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
