/** The sites on which a widget may be used, as they are typed: one in a line. */
import { tidyContact } from '../../format/typed-text.ts'
import { texts } from '../../texts/texts.ts'

const ORIGINS_MAX = 50

interface ReadOrigins {
  origins: string[]
  /** The sentence about the first line that is no origin. */
  fault: string | null
}

/** As the server checks it: scheme, host and port, nothing else. */
export function readOrigins(text: string): ReadOrigins {
  const { originFault, originsMax } = texts.chatbots.editor
  const origins: string[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const given = tidyContact(line)
    if (given === '') continue
    if (originOf(given) !== given) return { origins, fault: originFault(index + 1, given) }
    if (!origins.includes(given)) origins.push(given)
  }
  return { origins, fault: origins.length > ORIGINS_MAX ? originsMax(ORIGINS_MAX) : null }
}

/** What can only have been meant one way is written so: `HTTPS://Shop.example/` is an origin. */
export function tidyOrigins(text: string): string {
  const tidied = text.split('\n').map((line) => {
    const given = tidyContact(line)
    const url = URL.canParse(given) ? new URL(given) : null
    return url && url.href === `${url.origin}/` ? url.origin : given
  })
  return tidied.join('\n')
}

function originOf(given: string): string | null {
  const url = URL.canParse(given) ? new URL(given) : null
  return url !== null && /^https?:$/.test(url.protocol) ? url.origin : null
}
