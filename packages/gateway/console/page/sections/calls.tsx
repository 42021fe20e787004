import { fetchControl, useFetched } from '../connection/control.ts';
import { linkTo } from '../address.ts';
import { usePlace } from '../place.ts';
import { EventSources } from './events.tsx';
import { Action, Empty, Reading, SectionHead, ShownText, Status } from '../elements/parts.tsx';
import type { ShownCalls } from '../../endpoints/inspect-model.ts';

const EVERY_MS = 2000;

const VIEWS = [
  [undefined, 'Calls'],
  ['events', 'Events'],
] as const;

export function CallsSection() {
  const { item } = usePlace();
  const isEvents = item === 'events';
  return (
    <div class="single scrolls">
      <SectionHead
        title="Calls to AWS"
        about={
          isEvents
            ? 'Queues, topics, rules, schedules and streams that invoke functions.'
            : 'Calls to SNS, SQS, EventBridge and other services: checked, handled and recorded here. Start with --aws to send them to AWS.'
        }
      />
      <nav class="tabs" aria-label="Views">
        {VIEWS.map(([name, title]) => (
          <a key={title} href={linkTo('calls', name)} aria-current={name === item ? 'page' : undefined}>
            {title}
          </a>
        ))}
      </nav>
      {isEvents ? <EventSources /> : <Calls />}
    </div>
  );
}

function Calls() {
  const { data, error, reload } = useFetched<ShownCalls>('console/calls', EVERY_MS);
  const clear = async (): Promise<void> => {
    await fetchControl('DELETE', 'recorded');
    reload();
  };
  return (
    <>
      <Reading what="the calls" of={{ data, error }} />
      {data === undefined || data.calls.length === 0 ? null : (
        <div class="row">
          <Action label="Clear" run={clear} />
        </div>
      )}
      {data?.calls.length === 0 ? (
        <Empty title="No service has been called.">
          Calls of integrations and functions are listed here with their bodies.
        </Empty>
      ) : null}
      {(data?.calls ?? []).slice(0, 200).map((call, index) => (
        <section class="card" key={`${call.at}${index}`} aria-label={`Call ${index + 1}: ${call.service}`}>
          <p>
            <Status value={call.status} /> <strong>{call.service}</strong>{' '}
            {call.action ?? `${call.method} ${call.path}`}{' '}
            <span class="soft">
              {call.region} · {call.at}
            </span>
          </p>
          {call.body === undefined || call.body === '' ? null : (
            <ShownText shown={{ title: 'Body', form: 'text', text: call.body }} />
          )}
        </section>
      ))}
    </>
  );
}
