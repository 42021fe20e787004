/** Functions: instances, cold starts, how their calls went, what they printed. */
import { useAsked } from '../control.ts';
import { Empty, Problem, SectionHead, TableBox } from '../parts.tsx';
import { linkTo } from '../place.ts';
import { clockTime, ms } from '../texts.ts';
import type { ShownFunction } from '../../gateway/console-api/inspect-model.ts';

const EVERY_MS = 2000;

export function FunctionsSection({ item }: { readonly item: string | undefined }) {
  const { data, error } = useAsked<{ functions: readonly ShownFunction[] }>('console/functions', EVERY_MS);
  const opened = data?.functions.find(({ name }) => name === item);
  return (
    <div class={`split ${opened === undefined ? '' : 'is-open'}`}>
      <section class="split-list scrolls" aria-label="Functions">
        <SectionHead
          title="Functions"
          about="Calls and times are those of recorded requests, messages and authorizers."
        />
        <Problem text={error} />
        {data?.functions.length === 0 ? <Empty title="This start has no function." /> : null}
        <TableBox label="Functions">
          <table>
            <thead>
              <tr>
                <th scope="col">Function</th>
                <th scope="col" class="number">
                  Calls
                </th>
                <th scope="col" class="number">
                  Errors
                </th>
                <th scope="col" class="number">
                  p50
                </th>
                <th scope="col" class="number">
                  p99
                </th>
                <th scope="col" class="number">
                  Instances
                </th>
                <th scope="col" class="number">
                  Cold starts
                </th>
              </tr>
            </thead>
            <tbody>
              {(data?.functions ?? []).map((one) => (
                <tr key={one.name} class={one === opened ? 'open' : ''}>
                  <th scope="row">
                    <a href={linkTo('functions', one.name)}>{one.name}</a>
                  </th>
                  <td class="number">{one.calls}</td>
                  <td class={`number ${one.errors > 0 ? 'wrong' : ''}`}>{one.errors}</td>
                  <td class="number">{ms(one.p50Ms)}</td>
                  <td class="number">{ms(one.p99Ms)}</td>
                  <td class="number">
                    {one.instances}
                    {one.busy > 0 ? ` (${one.busy} busy)` : ''}
                  </td>
                  <td class="number">{one.started}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableBox>
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
      <h3>Log</h3>
      {shown.lines.length === 0 ? <p class="soft">It has printed nothing yet.</p> : null}
      <pre class="log" tabIndex={0}>
        {shown.lines
          .map(({ epochMs, level, message }) => `${clockTime(epochMs)} ${level ?? ''} ${message}`)
          .join('\n')}
      </pre>
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
