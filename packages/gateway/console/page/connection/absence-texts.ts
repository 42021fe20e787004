import type { ConnectionState } from './connection.ts';

type Absent = {
  /** What does not respond, as the subject of a sentence. */
  readonly of: string;
  readonly host: string;
  /** How long it has not responded, in milliseconds. */
  readonly silentMs: number;
};

/** Says why the page gets no response. Returns undefined if it gets responses, or has only begun to connect. */
export function describeAbsence(state: ConnectionState, { of, host, silentMs }: Absent): string | undefined {
  switch (state) {
    case 'away':
      return `${of} has ended: nothing listens at ${host}.`;
    case 'starting':
      return `${of} is starting.`;
    case 'silent':
      return `${of} has not responded for ${Math.max(1, Math.round(silentMs / 1000))} s. It runs, but it is busy or paused. This page continues when it responds.`;
    case 'waiting':
    case 'open':
    case 'refused':
      return undefined;
  }
}
