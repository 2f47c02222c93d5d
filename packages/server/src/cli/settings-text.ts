/** Every setting with its default, for `--help`. */
import { SETTINGS } from '../settings/config.ts'

export function settingsText(): string {
  const width = Math.max(...SETTINGS.map((setting) => setting.name.length))
  const lines = SETTINGS.map(({ name, default: value, meaning }) => {
    const shown = value === '' ? '' : ` (${value})`
    return `  ${name.padEnd(width)}  ${meaning}${shown}`
  })
  return `Settings come from the environment:\n${lines.join('\n')}`
}
