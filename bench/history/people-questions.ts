/** What people ask of people: what is remembered of somebody. */
import type { Lead, Question } from './question.ts'

/** The last digits, a number without its country, two words, a domain: what is remembered of a person. */
export function asPeopleAsk(
  leads: Lead[],
  list: 'deliveries' | 'leads',
  chatbotId = '',
): Question[] {
  const find = (name: string, words: string[], more = '') => ({
    name: `${list}, q is ${name}`,
    paths: words.map((word) => `/api/v1/${list}?q=${encodeURIComponent(word)}${more}`),
  })
  const phones = leads.map(({ customerPhone }) => customerPhone)
  return [
    find('a surname', ['kamau', 'otieno']),
    find(
      'the last six digits of a phone',
      phones.map((phone) => phone.slice(-6)),
    ),
    find(
      'the last four digits',
      phones.map((phone) => phone.slice(-4)),
    ),
    find(
      'a phone without its country',
      phones.map((phone) => `0${phone.slice(4, 7)} ${phone.slice(7)}`),
    ),
    find('how phones of the country begin', ['2547', '07000']),
    find('two words that meet', ['zuri kamau', 'wanj ami']),
    find('two words that never meet', ['zuri nobody', 'ann brian']),
    find(
      'a part of an email',
      leads.map(({ customerEmail }) => customerEmail.slice(0, 11)),
    ),
    find('a domain', ['@example.com']),
    find('a domain that nobody has', ['@nobody.example']),
    find('a name and a state', ['kamau'], '&state=exhausted'.repeat(Number(list === 'deliveries'))),
    find('a surname, chatbot', ['silva'], `&chatbotId=${chatbotId}`),
  ]
}
