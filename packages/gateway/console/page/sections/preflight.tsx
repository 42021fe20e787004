import { useState } from 'preact/hooks';
import { fetchControl } from '../connection/control.ts';
import { Action, Status } from '../elements/parts.tsx';
import { linkTo } from '../address.ts';
import { requestedHeaders, needsPreflight, checkPreflight } from '../traffic/preflight.ts';
import type { PreflightCheck } from '../traffic/preflight.ts';
import type { RequestDetail } from '../../records/model.ts';

type Header = readonly [string, string];

type Props = {
  readonly apiId: string;
  readonly host: string;
  readonly method: string;
  readonly target: string;
  readonly headers: readonly Header[];
  /** Whether the request will be sent with a caller, which adds a credential. */
  readonly hasCaller: boolean;
};

type Judged = { readonly reply: RequestDetail; readonly checks: readonly PreflightCheck[] };

export function Preflight({ apiId, host, method, target, headers, hasCaller }: Props) {
  const [origin, setOrigin] = useState('https://app.example');
  const [hasCredentials, setHasCredentials] = useState(false);
  const [judged, setJudged] = useState<Judged>();
  const sent: readonly Header[] = hasCaller ? [...headers, ['authorization', '']] : headers;
  const question = { origin, method, headers: sent, hasCredentials };
  const names = requestedHeaders(question);
  const send = async (): Promise<void> => {
    const { request: reply } = await fetchControl<{ request: RequestDetail }>('POST', 'send', {
      apiId,
      edit: {
        method: 'OPTIONS',
        target,
        headers: [
          ['Host', host],
          ['Origin', origin],
          ['Access-Control-Request-Method', method],
          ...(names.length === 0 ? [] : [['Access-Control-Request-Headers', names.join(',')]]),
        ],
      },
    });
    setJudged({
      reply,
      checks: checkPreflight(question, { status: reply.status, headers: reply.reply.headers }),
    });
  };
  return (
    <section aria-label="Preflight">
      <h3>Preflight</h3>
      <p class="soft">
        {needsPreflight(question)
          ? `Before a page from another origin may send this request, the browser requests permission for ${[method, ...names].join(', ')}.`
          : 'The browser sends this request without a preflight, and hides the response unless it allows the origin.'}
      </p>
      <div class="row">
        <input
          class="grow"
          aria-label="Origin"
          value={origin}
          onInput={({ currentTarget }) => setOrigin(currentTarget.value)}
        />
        <label class="check">
          <input
            type="checkbox"
            checked={hasCredentials}
            onChange={({ currentTarget }) => setHasCredentials(currentTarget.checked)}
          />{' '}
          with cookies
        </label>
        <Action label="Ask" run={send} />
      </div>
      {judged === undefined ? null : <Verdict judged={judged} />}
    </section>
  );
}

function Verdict({ judged: { reply, checks } }: { readonly judged: Judged }) {
  const blocking = checks.find(({ isMet }) => !isMet);
  return (
    <div class={`story ${blocking === undefined ? 'good' : 'bad'}`} role="status">
      <p class="headline">
        <Status value={reply.status} />{' '}
        {blocking === undefined
          ? 'The browser sends the request.'
          : `The browser blocks the request: ${blocking.label}.`}
      </p>
      <ul class="checks">
        {checks.map(({ isMet, label }) => (
          <li key={label}>
            <span class={isMet ? 'met' : 'wrong'}>{isMet ? '✓' : '✕'}</span> {label}
          </li>
        ))}
      </ul>
      <p>
        <a href={linkTo('traffic', reply.id)}>Its explanation</a> shows what would change that.
      </p>
    </div>
  );
}
