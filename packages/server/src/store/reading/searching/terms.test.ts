import { expect, test } from 'vitest'
import { matches, type Person, soughtIn, TERM_LENGTH_MAX, termsOf } from './terms.ts'

function person(name = '', email = '', phone = ''): Person {
  return { customerName: name, customerEmail: email, customerPhone: phone }
}

const finds = (who: Person, q: string) => matches(who, soughtIn(q))

test.each([
  [
    'Ann Smith',
    ['ann', 'smith', 'SMI', 'ann smith', 'smith ann', 'ann s', 's a', 'Ann  Smith,'],
    ['mith', 'nn', 'ann t'],
  ],
  [
    'José Núñez-García',
    ['jose', 'JOSÉ', 'nunez', 'garcia', 'núñez-gar', 'garcía núñez'],
    ['jo se'],
  ],
  ["Conan O'Brien", ['obrien', "o'brien", 'O’Brien', 'brien', 'conan ob'], ['rien']],
  ['Jürgen Groß', ['jurgen', 'gross', 'Groß'], ['gros z']],
  ['Nguyễn Văn Đức', ['nguyen', 'duc', 'van duc', 'Đức'], []],
  ['Łukasz Øst', ['lukasz', 'ost'], []],
  ['王小明', ['王', '王小', '小明', '明'], ['李']],
  ['김철수', ['김', '철수'], []],
  ['Александр Пушкин', ['пуш', 'АЛЕКС'], []],
  ['محمد علي', ['علي', 'محمد ع'], []],
  ['Dr. J.R. Smith (Jr.)', ['j.r. smith', 'jr smith', 'dr smith', 'smith (jr'], []],
  ['🌸', ['🌸'], ['x']],
  ['Σίσυφος', ['σισυφος', 'ΣΊΣΥΦΟΣ', 'σίσυφοσ'], []],
])('%s is found by the beginnings of its words', (name, found, missed) => {
  for (const q of found) expect(finds(person(name), q), q).toBe(true)
  for (const q of missed) expect(finds(person(name), q), q).toBe(false)
})

test('an email is found by it, its beginning, its words and its domain', () => {
  const who = person('', 'Ann.Smith+web@mail.Example.co.ke')
  const found = [
    'ann.smith+web@mail.example.co.ke',
    'ANN.SM',
    'ann.smith+web@',
    'smith',
    'web',
    '@mail.example.co.ke',
    '@example.co.ke',
    'example.co.ke',
    'example',
    'exam',
    'Ann Smith <ann.smith+web@mail.example.co.ke>',
    '"ann.smith+web@mail.example.co.ke",',
  ]
  for (const q of found) expect(finds(who, q), q).toBe(true)
  for (const q of ['ke', '@other.com', 'bob@mail.example.co.ke', '@', 'xample.co']) {
    expect(finds(who, q), q).toBe(false)
  }
})

test.each([
  [
    '+254 712 345 678',
    [
      '0712 345 678',
      '0712',
      '712345678',
      '+254712345678',
      '254712',
      '00254 712',
      '5678',
      '345678',
      '2547',
    ],
  ],
  ['0712345678', ['+254 712 345 678', '254712345678', '0712-345-678', '5678', '(0712) 345']],
  ['+44 (0)20 7946 0958', ['02079460958', '+442079460958', '020 7946', '0958', '+44 20 7946']],
  ['+1 (415) 555-0132', ['4155550132', '415 555', '0132', '1-415-555-0132']],
  ['٠٧١٢٣٤٥٦٧٨', ['0712345678', '5678']],
])('the phone %s is found from its start and from its end', (phone, found) => {
  for (const q of found) expect(finds(person('', '', phone), q), q).toBe(true)
  for (const q of ['123', '999912', '34567']) expect(finds(person('', '', phone), q), q).toBe(false)
})

test('three parts of one person are asked for together', () => {
  const who = person('Ann Smith', 'ann@shop.example', '+254712345678')
  for (const q of ['smith shop.example', 'ann ann@shop', 'Smith, Ann'])
    expect(finds(who, q), q).toBe(true)
  expect(finds(who, 'smith bob')).toBe(false)
})

test('terms are few, short, told apart and without what ends a range', () => {
  const long = person(
    `${'word '.repeat(30_000)}`,
    `${'a'.repeat(60)}@${'b'.repeat(250)}.example`,
    '1'.repeat(64),
  )
  const terms = termsOf(long)
  expect(terms.length).toBeLessThan(40)
  for (const term of terms) expect(term.length).toBeLessThanOrEqual(TERM_LENGTH_MAX)
  expect(new Set(terms).size).toBe(terms.length)
  expect(termsOf(person())).toEqual([])
  expect(termsOf(person(' ', '', '12'))).toEqual(['12'])
  expect(finds(long, 'a'.repeat(60))).toBe(true)
})

test('what is asked of nothing finds nothing', () => {
  for (const q of ['', ' ', ',', '@', '()', '...']) {
    expect(soughtIn(q).ways, JSON.stringify(q)).toEqual([])
  }
})
