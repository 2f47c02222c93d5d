const number = new Intl.NumberFormat('en')

/** "1 attempt", "1,234 attempts". */
export function count(amount: number, one: string, many: string): string {
  return `${number.format(amount)} ${amount === 1 ? one : many}`
}
