/** Shows queues, topics, rules, schedules and streams, what is waiting in each, and what the user can do manually. */
import { useState } from 'preact/hooks';
import { fetchControl, useFetched } from '../connection/control.ts';
import { JsonEditor } from '../elements/json-editor.tsx';
import { Action, Empty, Reading } from '../elements/parts.tsx';
import { SortableTable } from '../elements/sortable-table.tsx';
import { linkTo } from '../address.ts';
import type { Column } from '../elements/sort-order.ts';
import type { ShownEvents, ShownSource } from '../../endpoints/inspect-model.ts';

const EVERY_MS = 2000;
const COLUMNS: readonly Column<ShownSource>[] = [
  { title: 'Name', by: ({ name }) => name },
  { title: 'Kind', by: ({ kind }) => kind },
  { title: 'Now', by: ({ state }) => state },
  { title: 'Starts', by: ({ targets }) => targets.join(' ') },
  { title: '' },
];

export function EventSources() {
  const { data, error, reload } = useFetched<ShownEvents>('console/events', EVERY_MS);
  const [sendTo, setSendTo] = useState<string>();
  const act = async (target: string, action: object): Promise<void> => {
    await fetchControl('POST', 'events', { target, ...action });
    reload();
  };
  return (
    <>
      <Reading what="the events" of={{ data, error }} />
      {data?.sources.length === 0 ? (
        <Empty title="In this gateway, only requests invoke functions, not events.">
          Queues, topics, buses, schedules, streams and buckets of the stacks are listed here.
        </Empty>
      ) : null}
      {data === undefined || data.asynchronous === 0 ? null : (
        <p class="note" role="status">
          {data.asynchronous} asynchronous {data.asynchronous === 1 ? 'invocation is' : 'invocations are'} not
          done.
        </p>
      )}
      {data === undefined || data.sources.length === 0 ? null : (
        <SortableTable
          name="events"
          label="Event sources"
          kind="stacks"
          columns={COLUMNS}
          rows={data.sources}
          isCard
        >
          {(source) => (
            <tr key={`${source.kind} ${source.name}`}>
              <th scope="row">{source.name}</th>
              <td>{source.kind}</td>
              <td>{source.state}</td>
              <td data-column="Starts">
                <Targets names={source.targets} />
              </td>
              <td>
                <div class="actions">
                  {source.actions.includes('run') ? (
                    <Action label="Run now" run={() => act(source.name, { body: '{}' })} />
                  ) : null}
                  {source.actions.includes('send') ? (
                    <button
                      type="button"
                      aria-expanded={sendTo === source.name}
                      onClick={() => setSendTo(sendTo === source.name ? undefined : source.name)}
                    >
                      Send …
                    </button>
                  ) : null}
                  {source.actions.includes('redrive') ? (
                    <Action
                      label="Redrive"
                      title="Move its messages back to the queues that they came from"
                      run={() => act(source.name, { redrive: true })}
                    />
                  ) : null}
                </div>
              </td>
            </tr>
          )}
        </SortableTable>
      )}
      {sendTo === undefined ? null : (
        <SendForm key={sendTo} target={sendTo} onSend={(fields) => act(sendTo, fields)} />
      )}
    </>
  );
}

function Targets({ names }: { readonly names: readonly string[] }) {
  return (
    <>
      {names.map((name, index) => (
        <span key={name}>
          {index === 0 ? '' : ', '}
          <a href={linkTo('functions', name)}>{name}</a>
        </span>
      ))}
    </>
  );
}

/** Shows a form that sends a message or an event. Fields that the service does not use have no effect. */
function SendForm({
  target,
  onSend,
}: {
  readonly target: string;
  readonly onSend: (fields: object) => Promise<void>;
}) {
  const [text, setText] = useState('{}');
  const [group, setGroup] = useState('');
  const [detailType, setDetailType] = useState('');
  const field = (label: string, value: string, onChange: (value: string) => void) => (
    <label class="field">
      {label}
      <input value={value} onInput={({ currentTarget }) => onChange(currentTarget.value)} />
    </label>
  );
  return (
    <section class="card" aria-label={`Send to ${target}`}>
      <h2>Send to {target}</h2>
      <JsonEditor value={text} label="Message or detail" onChange={setText} />
      <div class="row fields">
        {field('Group, for FIFO', group, setGroup)}
        {field('detail-type, for a bus', detailType, setDetailType)}
        <Action
          label="Send"
          kind="main-action"
          run={() =>
            onSend({
              body: text,
              ...(group !== '' && { groupId: group }),
              ...(detailType !== '' && { detailType }),
            })
          }
        />
      </div>
    </section>
  );
}
