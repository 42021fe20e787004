/** Last lines of a function, each with its level and a link to its request. */
import { useState } from 'preact/hooks';
import { linkTo } from '../address.ts';
import { clockTime } from '../texts.ts';
import type { ShownFunction } from '../../endpoints/inspect-model.ts';

/** Embedded metrics are for CloudWatch, and would hide the other lines. */
const METRICS = '{"_aws":';
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];
/** From this level on, by its place in LEVELS. */
const CHOICES: readonly (readonly [title: string, least: number])[] = [
  ['every level', -1],
  ['info and above', 2],
  ['warn and above', 3],
  ['error and above', 4],
];

type Line = ShownFunction['lines'][number];

/** Lines without a level are as important as `info`. */
function rankOf({ level }: Line): number {
  const rank = LEVELS.indexOf((level ?? '').toLowerCase().replace('warning', 'warn'));
  return rank === -1 ? 2 : rank;
}

function kindOf(line: Line): string {
  const rank = rankOf(line);
  return rank >= 4 ? 'bad' : rank === 3 ? 'warn' : '';
}

function isMetrics({ message }: Line): boolean {
  return message.startsWith(METRICS);
}

export function FunctionLog({ lines }: { readonly lines: readonly Line[] }) {
  const [hasMetrics, setHasMetrics] = useState(false);
  const [least, setLeast] = useState(-1);
  const metrics = lines.filter(isMetrics).length;
  const read = lines.filter((line) => rankOf(line) >= least && (hasMetrics || !isMetrics(line)));
  if (lines.length === 0) return <p class="soft">No output yet.</p>;
  return (
    <>
      <div class="row tools">
        <select
          aria-label="Level"
          value={least}
          onChange={({ currentTarget }) => setLeast(Number(currentTarget.value))}
        >
          {CHOICES.map(([title, value]) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
        </select>
        {metrics === 0 ? null : (
          <label class="check">
            <input
              type="checkbox"
              checked={hasMetrics}
              onChange={({ currentTarget }) => setHasMetrics(currentTarget.checked)}
            />{' '}
            with {metrics} {metrics === 1 ? 'line' : 'lines'} of embedded metrics
          </label>
        )}
      </div>
      <ol class="log-lines" tabIndex={0} aria-label="Log">
        {read.map((line, index) => (
          <li key={index} class={kindOf(line)}>
            {line.recordId === undefined ? (
              <time>{clockTime(line.epochMs)}</time>
            ) : (
              <a href={linkTo('traffic', line.recordId)} title="Its request">
                <time>{clockTime(line.epochMs)}</time>
              </a>
            )}{' '}
            <b>{line.level ?? ''}</b> {line.message}
          </li>
        ))}
      </ol>
    </>
  );
}
