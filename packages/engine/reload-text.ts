import type { ReloadNotice } from './gateway.ts';

/** One line of the log on what became of a change. */
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
