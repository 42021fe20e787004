import { useFetched, fetchControl } from '../connection/control.ts';
import { Action, Empty, NumberCell, Reading, SectionHead } from '../elements/parts.tsx';
import { SortableTable } from '../elements/sortable-table.tsx';
import { useToolkitFold } from '../elements/toolkit-fold.tsx';
import { linkTo } from '../address.ts';
import { describeMissing, ms, clockTime } from '../texts.ts';
import type { Column } from '../elements/sort-order.ts';
import type { ShownFunction } from '../../endpoints/inspect-model.ts';
import { useState } from 'preact/hooks';
import { JsonEditor } from '../elements/json-editor.tsx';
import { kindOf, rankOf } from '../data/log-levels.ts';
import { SAMPLE_EVENTS } from '../data/sample-events.ts';

const EVERY_MS = 2000;
const SHOWN_BARS = 8;
const NONE: readonly ShownFunction[] = [];
const COLUMNS: readonly Column<ShownFunction>[] = [
  { title: 'Function', by: ({ name }) => name },
  { title: 'Calls by APIs', by: ({ calls }) => calls, isNumber: true },
  { title: 'Errors', by: ({ errors }) => errors, isNumber: true },
  { title: 'p50', by: ({ p50Ms }) => p50Ms, isNumber: true },
  { title: 'p99', by: ({ p99Ms }) => p99Ms, isNumber: true },
  { title: 'Instances', by: ({ instances }) => instances, isNumber: true },
  { title: 'Cold starts', by: ({ started }) => started, isNumber: true },
  { title: 'Memory', by: ({ memoryMb }) => memoryMb, isNumber: true },
];

export function FunctionsSection({ item }: { readonly item: string | undefined }) {
  const { data, error } = useFetched<{ functions: readonly ShownFunction[] }>('console/functions', EVERY_MS);
  const opened = data?.functions.find(({ name }) => name === item);
  const { shown, button } = useToolkitFold(data?.functions ?? NONE, 'functions');
  return (
    <div class={`split ${opened === undefined ? '' : 'is-open'}`}>
      <section class="split-list scrolls" aria-label="Functions">
        <SectionHead
          title="Functions"
          about="Calls and durations of recorded requests, messages and authorizers. Instances and cold starts of all invocations, also by events."
        >
          {button}
        </SectionHead>
        <Reading
          what="the functions"
          of={{
            data,
            error: error ?? describeMissing('function', item, data === undefined || opened !== undefined),
          }}
        />
        {data?.functions.length === 0 ? (
          <Empty title="This gateway has no functions.">
            Each Lambda function of the stacks is listed here with its calls, errors and cold starts; open one
            to see its log and environment.
          </Empty>
        ) : null}
        {data === undefined || data.functions.length === 0 ? null : (
          <SortableTable
            name="functions"
            isCard
            label="All functions"
            kind="stacks"
            columns={COLUMNS}
            rows={shown}
          >
            {(one) => (
              <tr key={one.name} class={one === opened ? 'open' : ''}>
                <th scope="row">
                  <a href={linkTo('functions', one.name)}>{one.name}</a>
                </th>
                <NumberCell column="Calls by APIs">{one.calls}</NumberCell>
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
                <NumberCell column="Memory">{one.memoryMb} MB</NumberCell>
              </tr>
            )}
          </SortableTable>
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
        <h2>{shown.name}</h2>
      </div>
      <p class="soft">
        {shown.handler} · {shown.runtime} · {shown.memoryMb} MB · {shown.timeoutSeconds} s · stack{' '}
        {shown.stack}
      </p>
      <InvokeForm key={shown.name} name={shown.name} />
      <ColdStarts tookMs={shown.coldMs} />
      <h3>Log</h3>
      <FunctionLog lines={shown.lines} />
      <h3>Environment</h3>
      {shown.environment.length === 0 ? <p class="soft">The template sets no variables.</p> : null}
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

/** Shows the start times that callers waited for. Instances that were started in advance are left out. */
function ColdStarts({ tookMs }: { readonly tookMs: readonly number[] }) {
  if (tookMs.length === 0) return <p class="soft">No recorded call waited for an instance to start.</p>;
  const sorted = tookMs.toSorted((a, b) => a - b);
  const slowest = sorted.at(-1) ?? 0;
  return (
    <section aria-label="Cold starts">
      <h3>Cold starts</h3>
      <p>
        {tookMs.length} recorded calls waited · median {ms(sorted[Math.ceil(sorted.length / 2) - 1])} ·
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

// The last lines of a function, each with its level and a link to its request.

/** Embedded metrics are for CloudWatch, and would crowd out the other lines. */
const METRICS = '{"_aws":';
/** Each choice shows the lines of one level and all higher levels. The level is given as its rank. */
const CHOICES: readonly (readonly [title: string, least: number])[] = [
  ['every level', -1],
  ['info and above', 2],
  ['warn and above', 3],
  ['error and above', 4],
];

type Line = ShownFunction['lines'][number];

function isMetrics({ message }: Line): boolean {
  return message.startsWith(METRICS);
}

function FunctionLog({ lines }: { readonly lines: readonly Line[] }) {
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

/** The result of an invocation with a sample event, or with an event that the user types. */
type Answer = { readonly kind: string; readonly answer: string; readonly tookMs: number };

function InvokeForm({ name }: { readonly name: string }) {
  const [text, setText] = useState('{}');
  const [answer, setAnswer] = useState<Answer>();
  const invoke = async (): Promise<void> => {
    setAnswer(undefined);
    setAnswer(
      await fetchControl<Answer>('POST', 'console/functions/invoke', { function: name, payload: text }),
    );
  };
  return (
    <details class="shown">
      <summary>Invoke with an event</summary>
      <div class="row">
        <select
          aria-label="Sample event"
          onChange={({ currentTarget }) => {
            const sample = SAMPLE_EVENTS.find(({ source }) => source === currentTarget.value);
            if (sample !== undefined) setText(JSON.stringify(sample.event, null, 2));
          }}
        >
          <option value="">a sample of …</option>
          {SAMPLE_EVENTS.map(({ source }) => (
            <option key={source} value={source}>
              {source}
            </option>
          ))}
        </select>
        <Action label="Invoke" kind="main-action" run={invoke} />
      </div>
      <JsonEditor value={text} label="Event" onChange={setText} />
      {answer === undefined ? null : (
        <section aria-label="Answer" role="status">
          <p class={answer.kind === 'returned' ? '' : 'wrong'}>
            {answer.kind} <span class="soft">{ms(answer.tookMs)}</span>
          </p>
          <pre tabIndex={0}>{answer.answer}</pre>
        </section>
      )}
    </details>
  );
}
