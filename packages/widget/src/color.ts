/** The owner's colour, and black or white upon it, whichever can be read better. */
interface Colors {
  accent: string
  onAccent: string
}

const DEFAULT_COLOR = '#1f5fd0'

export function colorsOf(color: string | undefined): Colors {
  const accent = /^#[0-9a-f]{6}$/i.test(color ?? '') ? (color as string) : DEFAULT_COLOR
  return { accent, onAccent: luminance(accent) > 0.179 ? '#000' : '#fff' }
}

/** https://www.w3.org/TR/WCAG21/#dfn-relative-luminance; at 0.179 black and white are equal. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
