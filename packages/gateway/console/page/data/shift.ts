import { readDuration } from '@gatewright/aws/text/duration';

/**
 * Parses `+1d`, `-2h`, `30m` or `500ms` into milliseconds; an empty string results in 0. Spaces around the number are
 * allowed.
 * @throws Error for anything else
 */
export function readShift(text: string): number {
  const written = text
    .trim()
    .replace(/^[+-]\s+/, (sign) => sign.trim())
    .replace(/\s+(?=[a-z]+$)/, '');
  if (written === '') return 0;
  const spanMs = readDuration(written);
  if (spanMs === undefined) throw new Error('Write a shift as +1d, -2h or 30m.');
  return spanMs;
}
