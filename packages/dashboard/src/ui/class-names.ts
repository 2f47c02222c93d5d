/** Joins what is a class; conditions that don't hold leave `false` or `undefined` behind. */
export function classNames(...names: (string | false | null | undefined)[]): string {
  return names.filter(Boolean).join(' ')
}
