type WallTime = {
  readonly year: number;
  /** The month, from 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
};

const FORMATS = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = FORMATS.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  FORMATS.set(zone, made);
  return made;
}

export function wallTimeOf(epochMs: number, zone: string): WallTime {
  if (zone === 'UTC') {
    const date = new Date(epochMs);
    return {
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      hour: date.getUTCHours(),
      minute: date.getUTCMinutes(),
    };
  }
  const parts = new Map(
    formatOf(zone)
      .formatToParts(epochMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const of = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  return { year: of('year'), month: of('month'), day: of('day'), hour: of('hour'), minute: of('minute') };
}

function asUtc({ year, month, day, hour, minute }: WallTime): number {
  return Date.UTC(year, month - 1, day, hour, minute);
}

/**
 * Returns the instant at which the zone's clocks show this time. If they show the time twice, the first instant is
 * returned. Returns undefined if they never show the time, because the date does not exist or the time is skipped when
 * summer time begins.
 */
export function instantOf(wall: WallTime, zone: string): number | undefined {
  const naive = asUtc(wall);
  if (new Date(naive).getUTCDate() !== wall.day || wall.hour > 23 || wall.minute > 59) return undefined;
  if (zone === 'UTC') return naive;
  // The zone's offsets before and after a possible change.
  const offsets = [naive - 86_400_000, naive + 86_400_000].map((at) => asUtc(wallTimeOf(at, zone)) - at);
  const candidates = offsets
    .map((offset) => naive - offset)
    .filter((at) => asUtc(wallTimeOf(at, zone)) === naive)
    .toSorted((a, b) => a - b);
  return candidates[0];
}
