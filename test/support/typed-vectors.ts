/**
 * What people type, and what becomes of it: one list for whoever takes it (the API, the widget's
 * route, the widget in a browser). `null`: refused. The rule: docs/limits.md, "What people type".
 */
interface TypedVector {
  typed: string
  taken: string | null
}

const as = (typed: string, taken: string | null = typed): TypedVector => ({ typed, taken })

/** What nobody sees, one of each kind: what is dropped at an end is refused within. */
export const UNSEEN: Record<string, string> = {
  'a zero width space': '\u200b',
  'a zero width non-joiner': '\u200c',
  'a zero width joiner': '\u200d',
  'a left-to-right mark': '\u200e',
  'a right-to-left mark': '\u200f',
  'an Arabic letter mark': '\u061c',
  'a left-to-right embedding': '\u202a',
  'a right-to-left override': '\u202e',
  'a pop directional': '\u202c',
  'a right-to-left isolate': '\u2067',
  'a pop directional isolate': '\u2069',
  'a word joiner': '\u2060',
  'an invisible plus': '\u2064',
  'a byte order mark': '\ufeff',
  'a soft hyphen': '\u00ad',
  'a combining grapheme joiner': '\u034f',
  'a Mongolian vowel separator': '\u180e',
  'a Khmer inherent vowel': '\u17b4',
  'a Hangul filler': '\u3164',
  'a halfwidth Hangul filler': '\uffa0',
  'a Hangul choseong filler': '\u115f',
  'a variation selector': '\ufe0f',
  'a variation selector of the supplement': '\u{e0101}',
  'a language tag': '\u{e0001}',
  'a tag letter': '\u{e0061}',
  'an interlinear anchor': '\ufff9',
  'a shorthand control': '\u{1bca0}',
  'a musical control': '\u{1d173}',
  'a Braille pattern without a dot': '\u2800',
  'a bell': '\u0007',
  'a delete': '\u007f',
  'a next line': '\u0085',
}

export const EMAILS: TypedVector[] = [
  as('ann@example.com'),
  as('ann..k@docomo.example'),
  as('.ann@example.com'),
  as('ann.@example.com'),
  as('..@example.com'),
  as("o'neil@localhost"),
  as('first.last+tag@sub.example.com'),
  as('ünï@exämple.de'),
  as('用户@例子.测试'),
  as('ann@xn--exmple-cua.de'),
  as('ann@Fußball.example'),
  as('ann@exämple\u3002de'),
  as('  ann@example.com\t', 'ann@example.com'),
  as('\u202aann@example.com\u202c', 'ann@example.com'),
  as(' \u200b ann@example.com \u200b ', 'ann@example.com'),
  as('ann', null),
  as('ann@', null),
  as('@example.com', null),
  as('ann@example..com', null),
  as('ann@.example.com', null),
  as('ann@example.com.', null),
  as('ann@-example.com', null),
  as('ann@example.com-', null),
  as('ann@ex@ample.com', null),
  as('ann example@example.com', null),
  as('ann＠example.com', null),
  as('Ann <ann@example.com>', null),
  as('ann@example.com, bob@example.com', null),
  as(`${'a'.repeat(65)}@example.com`, null),
  as(`${'a'.repeat(64)}@example.com`),
  as(`a@${'b'.repeat(319)}`, null),
  ...Object.values(UNSEEN).flatMap((unseen) => [
    as(`ann@example.com${unseen}`, 'ann@example.com'),
    as(`${unseen}${unseen}ann@example.com`, 'ann@example.com'),
    as(`ann@exa${unseen}mple.com`, null),
    as(`ann@exä${unseen}mple.com`, null),
  ]),
]

export const PHONES: TypedVector[] = [
  as('٠٧٠٠٠٠٠٠٠٠'),
  as('۰۷۰۰۰۰۰۰۰۰'),
  as('०७००००००००'),
  as('０７００００００００'),
  as('0700000000'),
  as('00254700'),
  as('+254 (700) 000-000'),
  as('123'),
  as('1'),
  as('1-800-FLOWERS'),
  as('ask for Bob'),
  as(' 0700 000 000 ', '0700 000 000'),
  as('\u202d+254700000000\u202c', '+254700000000'),
  as('1'.repeat(64)),
  as('1'.repeat(65), null),
  // So many characters, though twice as many of JavaScript's.
  as('\u{1d7ce}'.repeat(64)),
  ...Object.values(UNSEEN).flatMap((unseen) => [
    as(`0700000000${unseen}`, '0700000000'),
    as(`${unseen} 0700000000`, '0700000000'),
    as(`0700${unseen}000000`, null),
  ]),
]
