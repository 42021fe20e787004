import type { ReloadNotice } from './gateway.ts';

/** Describes a change's result as one line of the log. */
export function describeReload(notice: ReloadNotice): string {
  switch (notice.kind) {
    case 'begun':
      return `loading ${notice.what} again…`;
    case 'reloaded':
      return `reloaded ${notice.what} in ${Math.round(notice.tookMs)} ms`;
    case 'kept':
      return `kept ${notice.what} as before: ${notice.message}`;
  }
}
