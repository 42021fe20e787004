import { useState } from 'preact/hooks';
import { useFetched } from '../control.ts';
import { Empty, NumberCell, Problem, SectionHead, TableBox, TableHead } from '../parts.tsx';
import { linkTo } from '../address.ts';
import { clockTime, describeMissing, ms } from '../texts.ts';
import type { ShownFunction } from '../../endpoints/inspect-model.ts';

const EVERY_MS = 2000;
const SHOWN_BARS = 8;

export function FunctionsSection({ item }: { readonly item: string | undefined }) {
  const { data, error } = useFetched<{ functions: readonly ShownFunction[] }>('console/functions', EVERY_MS);
  const opened = data?.functions.find(({ name }) => name === item);
  return (
    <div class={`split ${opened === undefined ? '' : 'is-open'}`}>
      <section class="split-list scrolls" aria-label="Functions">
        <SectionHead
          title="Functions"
          about="Calls and times are those of recorded requests, messages and authorizers."
        />
        <Problem
          text={error ?? describeMissing('function', item, data === undefined || opened !== undefined)}
        />
        {data?.functions.length === 0 ? (
          <Empty title="This start has no function.">
            Each Lambda function of the stacks is listed here with its calls, errors and cold starts; open one
            for its log and environment.
          </Empty>
        ) : null}
        {data === undefined || data.functions.length === 0 ? null : (
          <TableBox label="Functions">
            <table class="stacks">
              <TableHead
                columns={[
                  'Function',
                  { number: 'Calls' },
                  { number: 'Errors' },
                  { number: 'p50' },
                  { number: 'p99' },
                  { number: 'Instances' },
                  { number: 'Cold starts' },
                ]}
              />
              <tbody>
                {data.functions.map((one) => (
                  <tr key={one.name} class={one === opened ? 'open' : ''}>
                    <th scope="row">
                      <a href={linkTo('functions', one.name)}>{one.name}</a>
                    </th>
                    <NumberCell column="Calls">{one.calls}</NumberCell>
                    <NumberCell column="Errors" isWrong={one.errors > 0}>
                      {one.errors}
                    </NumberCell>
                    <NumberCell column="p50">{ms(one.p50Ms)}</NumberCell>
                    <NumberCell column="p99">{ms(one.p99Ms)}</NumberCell>
                    <NumberCell column="Instances">
                      {one.instances}
                      {one.busy > 0 ? ` (${one.busy} busy)` : ''}
                    </NumberCell>
                    <NumberCell column="Cold starts">{one.started}</NumberCell>
                  </tr>
                ))}
              </tbody>
            </table>
          </TableBox>
        )}
      </section>
      {opened === undefined ? null : <One shown={opened} />}
    </div>
  );
}

function One({ shown }: { readonly shown: ShownFunction }) {
  return (
    <aside class="panel" aria-label="One function">
      <div class="panel-bar">
        <a class="button" href={linkTo('functions')} aria-label="Close">
          ✕
        </a>
        <strong>{shown.name}</strong>
      </div>
      <p class="soft">
        {shown.handler} · {shown.runtime} · {shown.memoryMb} MB · {shown.timeoutSeconds} s · stack{' '}
        {shown.stack}
      </p>
      <ColdStarts tookMs={shown.coldMs} />
      <h3>Log</h3>
      <Log lines={shown.lines} />
      <h3>Environment</h3>
      {shown.environment.length === 0 ? <p class="soft">The template sets none.</p> : null}
      <table class="headers">
        <tbody>
          {shown.environment.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </aside>
  );
}

/** Embedded metrics are for CloudWatch, and would hide the other lines. */
const METRICS = '{"_aws":';

function Log({ lines }: { readonly lines: ShownFunction['lines'] }) {
  const [hasMetrics, setHasMetrics] = useState(false);
  const metrics = lines.filter(({ message }) => message.startsWith(METRICS)).length;
  const read = hasMetrics ? lines : lines.filter(({ message }) => !message.startsWith(METRICS));
  return (
    <>
      {lines.length === 0 ? <p class="soft">No output yet.</p> : null}
      {read.length === 0 ? null : (
        <pre class="log" tabIndex={0}>
          {read
            .map(({ epochMs, level, message }) => `${clockTime(epochMs)} ${level ?? ''} ${message}`)
            .join('\n')}
        </pre>
      )}
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
    </>
  );
}

/** Start times that callers waited for; instances started ahead are left out. */
function ColdStarts({ tookMs }: { readonly tookMs: readonly number[] }) {
  if (tookMs.length === 0) return <p class="soft">No recorded call waited for an instance to start.</p>;
  const sorted = tookMs.toSorted((a, b) => a - b);
  const slowest = sorted.at(-1) ?? 0;
  return (
    <section aria-label="Cold starts">
      <h3>Cold starts</h3>
      <p>
        {tookMs.length} of the recorded calls · half within {ms(sorted[Math.ceil(sorted.length / 2) - 1])} ·
        slowest {ms(slowest)}
      </p>
      <ol class="bars" aria-label="Newest first">
        {tookMs.slice(0, SHOWN_BARS).map((one, index) => (
          <li key={index}>
            <span>{ms(one)}</span>
            <i style={{ width: `${Math.max(2, (one / slowest) * 100)}%` }} />
          </li>
        ))}
      </ol>
    </section>
  );
}
