/** The links of a page, and what its headings are called in a link. */

interface Link {
  line: number
  target: string
}

/** Markdown's inline links and images; none of what stands in code. */
export function linksOf(text: string): Link[] {
  return withoutCode(text)
    .split('\n')
    .flatMap((line, index) =>
      [...line.matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)/g)].map(([, target = '']) => ({
        line: index + 1,
        target,
      })),
    )
}

/** As GitHub makes them: lower case, letters and digits and hyphens, a number on what comes again. */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>()
  const withCodeSpans = text.replace(/^( *)(`{3,})[\s\S]*?^ *\2\s*$/gm, blank)
  for (const [, heading = ''] of withCodeSpans.matchAll(/^#{1,6} +(.+)$/gm)) {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const slug = plain.replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-')
    let anchor = slug
    for (let again = 1; anchors.has(anchor); again++) anchor = `${slug}-${again}`
    anchors.add(anchor)
  }
  for (const [, id = ''] of text.matchAll(/<a id="([\w-]+)"><\/a>/g)) anchors.add(id)
  return anchors
}

function withoutCode(text: string): string {
  return text.replace(/^( *)(`{3,})[\s\S]*?^ *\2\s*$/gm, blank).replace(/`[^`\n]*`/g, blank)
}

/** Lines stay where they are. */
function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ')
}
