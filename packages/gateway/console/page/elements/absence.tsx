/** A note that says why the page gets no response. */
import { useEffect, useState } from 'preact/hooks';
import { silentSince } from '../connection/connection.ts';
import { describeAbsence } from '../connection/absence-texts.ts';
import type { ConnectionState } from '../connection/connection.ts';
import type { ComponentChildren } from 'preact';

const SECOND_MS = 1_000;

type Props = {
  readonly state: ConnectionState;
  /** What does not respond, as the subject of a sentence. */
  readonly of: string;
  /** Says what happens next, or what to do. */
  readonly children: ComponentChildren;
};

export function Absence({ state, of, children }: Props) {
  const [nowMs, setNow] = useState(Date.now);
  useEffect(() => {
    if (state !== 'silent') return undefined;
    const tick = (): void => setNow(Date.now());
    tick();
    const timer = setInterval(tick, SECOND_MS);
    return () => clearInterval(timer);
  }, [state]);
  const text = describeAbsence(state, { of, host: location.host, silentMs: nowMs - silentSince() });
  if (text === undefined) return null;
  return (
    <p class="note" role="status">
      {text} {state === 'silent' ? null : children}
    </p>
  );
}
