// Dates as HTTP headers have them. Only the IMF-fixdate form is read: the two others are obsolete, and no client sends them.

const IMF_FIXDATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT$/;

/** Milliseconds since 1970, null when it is no date: the header is then treated as absent. */
export function parseHttpDate(text: string): number | null {
  if (!IMF_FIXDATE.test(text)) return null;
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : time;
}

export function formatHttpDate(time: number): string {
  return new Date(time).toUTCString();
}
