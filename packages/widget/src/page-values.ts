/**
 * What the page hands over: `data-*` of the script tag, and `Chatzuri('set', {plan: 'pro'})` before or
 * after it is loaded. What is of a wrong name or type is dropped, and told in the console: a lead is
 * never lost for it.
 */
import { customValueFault, fittingFields } from '../../server/src/text/custom-fields.ts'
import { customNameFault } from '../../server/src/text/field-name.ts'

type Value = string | number | boolean
type Values = Record<string, Value>
type Call = ArrayLike<unknown>

interface Global {
  (...call: unknown[]): void
  /** Calls before the widget was there. */
  q?: Call[]
  /** Of the widget that came first: all of a page share them. */
  values?: Values
}

/** What is the tag's own; and what frameworks and page optimizers write on every script. */
const OTHERS =
  /^(chatbotId|mode|nscript|cfasync|astro\w*|turbo\w*|rocket\w*|pagespeed\w*|no[A-Z]\w*|wpStrategy)$/

/** The values of this moment: what the page has set, over what its tag says. */
export function listenToPage({ dataset }: HTMLElement): () => Values {
  const ofTag: Values = {}
  for (const [name, value] of Object.entries(dataset)) {
    if (!OTHERS.test(name)) put(ofTag, name, value)
  }
  const set = shared()
  return () => ({ ...ofTag, ...set })
}

function shared(): Values {
  const page = window as unknown as { Chatzuri?: Global }
  const before = page.Chatzuri
  if (before?.values) return before.values
  const values: Values = {}
  const take = (...[command, given]: unknown[]) => {
    if (command !== 'set' || typeof given !== 'object' || given === null) {
      warn(`only Chatzuri('set', { name: value }) is known, not ${String(command)}`)
      return
    }
    for (const [name, value] of Object.entries(given)) put(values, name, value)
  }
  page.Chatzuri = Object.assign(take, { values })
  for (const call of Array.isArray(before?.q) ? before.q : []) take(...Array.from(call))
  return values
}

/**
 * The visitor's answers, over what the page says, and of that no more than a lead may bring. The empty
 * answers go along: they say what was asked.
 */
export function withPageValues(answers: Values, ofPage: Values): Values {
  const isBlank = ([, value]: [string, Value]) => value === ''
  const entries = Object.entries(answers)
  const filled = Object.fromEntries(entries.filter((each) => !isBlank(each)))
  const { value, faults } = fittingFields({ ...ofPage, ...filled }, Object.keys(answers))
  for (const { name, message } of faults) warn(leftOut(name, message))
  return { ...Object.fromEntries(entries.filter(isBlank)), ...value }
}

function put(values: Values, name: string, value: unknown): void {
  const fault = customNameFault(name) ?? customValueFault(value)
  if (fault !== null) warn(leftOut(name, fault))
  else if (value === null || value === undefined) delete values[name]
  else values[name] = value as Value
}

function leftOut(name: string, fault: string): string {
  return `"${name}" ${fault.replaceAll('`', '')}: it is left out`
}

function warn(sentence: string): void {
  console.warn(`Chatzuri: ${sentence}`)
}
