export function ms(value: number | undefined): string {
  if (value === undefined) return '–';
  if (value < 10) return `${value.toFixed(1)} ms`;
  return value < 10_000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;
}

export function span(value: number): string {
  const seconds = Math.max(0, Math.round(value / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}

export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  return value < 1024 ** 2 ? `${(value / 1024).toFixed(1)} KB` : `${(value / 1024 ** 2).toFixed(1)} MB`;
}

export function clockTime(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(11, 23);
}

export function dateTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('T', ' ').slice(0, 19);
}

/** For an item in the address that this start does not have. */
export function describeMissing(kind: string, item: string | undefined, isHere: boolean): string | undefined {
  return isHere || item === undefined ? undefined : `This start has no ${kind} ${item}.`;
}

/** Times below a chart, precise enough to tell marks apart; UTC like all times of this page. */
export function axisTime(epochSeconds: number, stepSeconds: number): string {
  const text = new Date(epochSeconds * 1000).toISOString();
  if (stepSeconds >= 86_400) return text.slice(5, 10);
  return stepSeconds >= 60 ? text.slice(11, 16) : text.slice(11, 19);
}

/** `ok`, `client` or `server`, for colours; the number is shown as well. */
export function statusKind(status: number): 'ok' | 'client' | 'server' {
  if (status >= 500 && status < 600) return 'server';
  return status >= 400 && status < 500 ? 'client' : 'ok';
}
