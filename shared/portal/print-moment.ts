/** Formats instants for customers: on the page, in emails and in every sentence. All times are UTC, as on invoices. */

/** The names are listed, because the short names of `Intl` differ between browsers and Lambda (`Sep` and `Sept`). */
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * The form in which the functions write instants. `Date` also parses strings such as `server 7`, which customers may
 * write.
 */
const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** Returns `26 Nov 2026`; the text itself if it is not an instant. */
export function printDay(instant: string): string {
  const at = parseInstant(instant);
  if (at === undefined) return instant;
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()] ?? ''} ${at.getUTCFullYear()}`;
}

/** Returns `26 Nov 2026, 17:40 UTC`; the text itself if it is not an instant. */
export function printMoment(instant: string): string {
  const at = parseInstant(instant);
  if (at === undefined) return instant;
  return `${printDay(instant)}, ${at.toISOString().slice(11, 16)} UTC`;
}

/** Returns undefined if the text is not an instant. */
export function parseInstant(text: string): Date | undefined {
  const at = new Date(text);
  return INSTANT.test(text) && !Number.isNaN(at.getTime()) ? at : undefined;
}
