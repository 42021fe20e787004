/** Instants as customers read them: in the page, in mails and in every sentence. All times are UTC, as on invoices. */

/** The names are listed, because the short names of `Intl` differ between browsers and Lambda (`Sep` and `Sept`). */
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Returns `26 Nov 2026`; the text itself if it is not an instant. */
export function printDay(instant: string): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return instant;
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()] ?? ''} ${at.getUTCFullYear()}`;
}

/** Returns `26 Nov 2026, 17:40 UTC`; the text itself if it is not an instant. */
export function printMoment(instant: string): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return instant;
  return `${printDay(instant)}, ${at.toISOString().slice(11, 16)} UTC`;
}
