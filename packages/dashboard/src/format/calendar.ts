/** Days and weeks as whoever looks has them: in their zone, and with their first day of the week. */

export function startOfDay(nowMs: number): Date {
  const day = new Date(nowMs)
  day.setHours(0, 0, 0, 0)
  return day
}

/** `firstDay`: 1 is Monday, 7 Sunday. */
export function startOfWeek(nowMs: number, firstDay = firstDayHere()): Date {
  const day = startOfDay(nowMs)
  // By the calendar, not by hours: a day in spring has 23.
  day.setDate(day.getDate() - ((day.getDay() - (firstDay % 7) + 7) % 7))
  return day
}

interface WeekInfo {
  firstDay: number
}

/** Monday where the browser doesn't say. */
function firstDayHere(): number {
  const locale: Intl.Locale & { getWeekInfo?: () => WeekInfo; weekInfo?: WeekInfo } =
    new Intl.Locale(navigator.language)
  return (locale.getWeekInfo?.() ?? locale.weekInfo)?.firstDay ?? 1
}
