/**
 * Return date and time of the seat, year first: nobody takes a day for a month in it, whatever the
 * language, and texts sort as times do.
 */
export function momentText(utcMs: number, { seconds = false } = {}): string {
  const at = new Date(utcMs);
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}${seconds ? `:${two(at.getSeconds())}` : ""}`;
}
