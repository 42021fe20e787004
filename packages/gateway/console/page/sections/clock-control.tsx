import { useState } from 'preact/hooks';
import { fetchControl, useFetched } from '../connection/control.ts';
import { Action, Reading } from '../elements/parts.tsx';
import { readShift } from '../data/shift.ts';
import { dateTime, span } from '../texts.ts';

type ClockState = { readonly nowEpochMs: number; readonly offsetMs: number };

const STEPS = ['+1h', '+1d', '+7d'] as const;

export function ClockControl() {
  const { data, error, reload } = useFetched<ClockState>('clock', 5000);
  const [shift, setShift] = useState('');
  const move = async (text: string): Promise<void> => {
    await fetchControl('POST', 'clock', { shiftMs: readShift(text) });
    setShift('');
    reload();
  };
  const reset = async (): Promise<void> => {
    await fetchControl('POST', 'clock', { reset: true });
    reload();
  };
  if (data === undefined) return <Reading what="the clock" of={{ data, error }} />;
  const { nowEpochMs, offsetMs } = data;
  return (
    <details class="clock">
      <summary>
        <span class="soft clock-word">Clock</span>{' '}
        <span class="clock-word">{dateTime(nowEpochMs).slice(0, 10)}</span>{' '}
        <span>{dateTime(nowEpochMs).slice(11)}</span> <span class="clock-word">UTC</span>
        {offsetMs === 0 ? null : (
          <b>
            {' '}
            {offsetMs > 0 ? '+' : '−'}
            {span(Math.abs(offsetMs))}
          </b>
        )}
      </summary>
      <div class="row">
        {STEPS.map((step) => (
          <Action key={step} label={step} run={() => move(step)} />
        ))}
      </div>
      <div class="row">
        <input
          aria-label="Shift of the clock"
          placeholder="-30m"
          value={shift}
          onInput={({ currentTarget }) => setShift(currentTarget.value)}
        />
        <Action label="Move" run={() => move(shift)} />
        <Action label="Reset" run={reset} />
      </div>
    </details>
  );
}
