/** Against what the languages themselves wrote: `test/receivers/writers.ts` says how it was recorded. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  goJson,
  gsonJson,
  htmlSafeJson,
  phpJson,
  phpPlainJson,
  phpUnicodeJson,
  pythonCompactJson,
  pythonJson,
  pythonSortedJson,
  pythonUnicodeJson,
} from './spellings.ts'

interface Recorded {
  bodies: string[]
  written: Record<string, { by: string; texts: string[] }>
}

const { bodies, written }: Recorded = JSON.parse(
  readFileSync(new URL('../../test/recorded-spellings.json', import.meta.url), 'utf8'),
)

const SPELLINGS: [call: string, write: (value: unknown) => string][] = [
  ['json.dumps(data)', pythonJson],
  ['json.dumps(data, ensure_ascii=False)', pythonUnicodeJson],
  ["json.dumps(data, separators=(',', ':'))", pythonCompactJson],
  ['json.dumps(data, sort_keys=True)', pythonSortedJson],
  ["json.dumps(data['payload'])", (value) => pythonJson((value as { payload: unknown }).payload)],
  ['json_encode($data)', phpJson],
  ['json_encode($data, JSON_UNESCAPED_UNICODE)', phpUnicodeJson],
  ['json_encode($data, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES)', phpPlainJson],
  ['json.Marshal(map)', goJson],
  ['json.Marshal(struct)', htmlSafeJson],
  ['data.to_json in Rails', htmlSafeJson],
  ['new Gson().toJson(data)', gsonJson],
  // These two write what we send: who re-serialises with them is right, by luck.
  ['json.dumps(data, separators, ensure_ascii=False)', JSON.stringify],
  ['JSON.generate(data)', JSON.stringify],
]

test.each(SPELLINGS)('%s is written as the language writes it', (call, write) => {
  expect(bodies.map((body) => write(JSON.parse(body)))).toEqual(written[call]?.texts)
})
