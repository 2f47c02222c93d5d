/** Numbers, times and sizes as the reader's own language and zone write them. */
import { texts } from '../texts/texts.ts'

const language = texts.language

const number = new Intl.NumberFormat(language)
const compact = new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 })
const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 })
const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
const day = new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric' })
const timeOfDay = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' })
const dateTime = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' })

export function formatNumber(value: number): string {
  return number.format(value)
}

/** 12,345 as 12.3K. */
export function formatCompact(value: number): string {
  return Math.abs(value) < 10_000 ? number.format(value) : compact.format(value)
}

/** Never a rounded 100 % when something failed, nor 0 % when something went well. */
export function formatPercent(ratio: number): string {
  return percent.format(ratio <= 0 ? 0 : ratio >= 1 ? 1 : Math.max(0.001, Math.min(ratio, 0.999)))
}

export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${number.format(Math.round(ms))} ms`
  if (ms < 60_000) return `${number.format(Math.round(ms / 100) / 10)} s`
  return `${number.format(Math.round(ms / 60_000))} min`
}

/** 0:28, 12:05, 3:00:00. */
export function formatCountdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000))
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60]
  const two = (part: number) => String(part).padStart(2, '0')
  const tail = two(seconds % 60)
  return hours > 0 ? `${hours}:${two(minutes)}:${tail}` : `${minutes}:${tail}`
}

/** In the reader's zone. */
export function formatDateTime(iso: string): string {
  return dateTime.format(new Date(iso))
}

/** Nov 24 */
export function formatDay(at: Date): string {
  return day.format(at)
}

export function formatTimeOfDay(at: Date): string {
  return timeOfDay.format(at)
}

/** 2026-09-14 09:30:12 UTC */
export function formatUtc(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`
}

const UNITS: [unit: Intl.RelativeTimeFormatUnit, ms: number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
]

/** "3 minutes ago", "in 2 hours". */
export function formatRelative(iso: string, nowMs: number): string {
  const distanceMs = Date.parse(iso) - nowMs
  const [unit, ms] = UNITS.find(([, size]) => Math.abs(distanceMs) >= size) ?? ['second', 1_000]
  return relative.format(Math.trunc(distanceMs / ms), unit)
}
