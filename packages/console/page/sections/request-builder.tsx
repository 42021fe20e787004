/** Builds a request of a route: parameters, body, caller; or a browser's preflight for it. */
import { useState } from 'preact/hooks';
import { fetchControl } from '../control.ts';
import { IdentityField, rememberIdentity } from '../identity-field.tsx';
import { JsonEditor } from '../json-editor.tsx';
import { Action, Empty } from '../parts.tsx';
import { linkTo } from '../address.ts';
import { go } from '../place.ts';
import { Preflight } from './preflight.tsx';
import type { ShownApi, ShownRoute } from '../../endpoints/inspect-model.ts';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

type Header = readonly [string, string];

export function RequestBuilder({
  api,
  route,
}: {
  readonly api: ShownApi;
  readonly route: ShownRoute | undefined;
}) {
  const [method, setMethod] = useState(methodOf(route));
  const [target, setTarget] = useState(targetOf(api, route));
  const [headers, setHeaders] = useState<readonly Header[]>(headersOf(route));
  const [body, setBody] = useState(route?.examples[0]?.text ?? '');
  const [as, setAs] = useState('');
  if (api.kind === 'websocket') return <SocketHint api={api} />;
  const post = async (edit: object, who: string): Promise<void> => {
    const sent = await fetchControl<{ id: string }>('POST', 'send', {
      apiId: api.id,
      ...(who !== '' && { as: who }),
      edit,
    });
    rememberIdentity(who);
    go(linkTo('traffic', sent.id));
  };
  const host: Header = ['Host', new URL(api.url).host];
  const hasBody = !['GET', 'HEAD', 'OPTIONS'].includes(method);
  const send = (): Promise<void> =>
    post(
      {
        method,
        target,
        headers: [host, ...headers.filter(([name]) => name !== '')],
        ...(hasBody && { body }),
      },
      as,
    );
  return (
    <>
      <div class="panel-bar">
        <a class="button" href={linkTo('apis')} aria-label="Close">
          ✕
        </a>
        <strong>{route?.routeKey ?? api.name}</strong>
      </div>
      {route === undefined ? null : <RouteFacts route={route} />}
      <div class="row">
        <select
          aria-label="Method"
          value={method}
          onChange={({ currentTarget }) => setMethod(currentTarget.value)}
        >
          {METHODS.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
        <input
          class="grow"
          aria-label="Path and query"
          value={target}
          onInput={({ currentTarget }) => setTarget(currentTarget.value)}
        />
      </div>
      <HeaderFields headers={headers} onChange={setHeaders} />
      {hasBody ? <JsonEditor value={body} label="Body" onChange={setBody} /> : null}
      {hasBody ? <Examples route={route} onChoose={setBody} /> : null}
      <div class="row">
        <label>
          as <IdentityField value={as} emptyLabel="the headers above" onChange={setAs} />
        </label>
        <Action label="Send" kind="main-action" run={send} />
      </div>
      <Preflight
        apiId={api.id}
        host={host[1]}
        method={method}
        target={target}
        headers={headers}
        hasCaller={as !== '' && as !== 'anonymous'}
      />
    </>
  );
}

function Examples({
  route,
  onChoose,
}: {
  readonly route: ShownRoute | undefined;
  readonly onChoose: (text: string) => void;
}) {
  const examples = route?.examples ?? [];
  if (examples.length === 0) return null;
  return (
    <div class="row">
      {examples.map(({ mediaType, model, text }) => (
        <button type="button" key={mediaType} title={mediaType} onClick={() => onChoose(text)}>
          Example of {model}
        </button>
      ))}
    </div>
  );
}

function SocketHint({ api }: { readonly api: ShownApi }) {
  return (
    <Empty title="A WebSocket API accepts connections.">
      Connect to <code>{api.url}</code>, for example with <code>gatewright send</code>; open ones are listed
      under <a href={linkTo('sockets')}>WebSockets</a>.
    </Empty>
  );
}

function RouteFacts({ route }: { readonly route: ShownRoute }) {
  const { guard, required, checkedBodies } = route;
  return (
    <p class="soft">
      {guard.kind === 'none'
        ? 'Open to everyone'
        : `${guard.name} reads ${guard.sources.join(', ') || 'the signature'}`}
      {guard.audiences.length === 0 ? '' : `, audience ${guard.audiences.join(' or ')}`}
      {required.length === 0 ? '' : ` · needs ${required.join(', ')}`}
      {checkedBodies.length === 0 ? '' : ` · checks bodies of ${checkedBodies.join(', ')}`} · answered by{' '}
      {route.target}
    </p>
  );
}

function HeaderFields({
  headers,
  onChange,
}: {
  readonly headers: readonly Header[];
  readonly onChange: (headers: readonly Header[]) => void;
}) {
  const put = (index: number, header: Header): void =>
    onChange(headers.map((one, at) => (at === index ? header : one)));
  return (
    <div class="header-fields">
      {headers.map(([name, value], index) => (
        <div class="row" key={index}>
          <input
            aria-label="Header"
            value={name}
            onInput={({ currentTarget }) => put(index, [currentTarget.value, value])}
          />
          <input
            class="grow"
            aria-label="Value"
            value={value}
            onInput={({ currentTarget }) => put(index, [name, currentTarget.value])}
          />
          <button
            type="button"
            aria-label="Remove header"
            onClick={() => onChange(headers.filter((_, at) => at !== index))}
          >
            ✕
          </button>
        </div>
      ))}
      <button type="button" onClick={() => onChange([...headers, ['', '']])}>
        Add header
      </button>
    </div>
  );
}

function methodOf(route: ShownRoute | undefined): string {
  return route !== undefined && METHODS.includes(route.method) ? route.method : 'GET';
}

/** With the required query parameters, to be filled in. */
function targetOf({ url, stage }: ShownApi, route: ShownRoute | undefined): string {
  const base = new URL(url.replace(/^ws/, 'http')).pathname.replace(/\/$/, '');
  const path =
    route === undefined || !route.path.startsWith('/') ? '/' : route.path.replaceAll(/\{([^}+]+)\+?\}/g, '1');
  const query = (route?.required ?? []).flatMap((text) => /^querystring (.+)$/.exec(text)?.[1] ?? []);
  return `${base === '' && stage !== '$default' ? '' : base}${path}${query.length === 0 ? '' : `?${query.map((name) => `${name}=`).join('&')}`}`;
}

function headersOf(route: ShownRoute | undefined): readonly Header[] {
  const needed = (route?.required ?? []).flatMap((text): Header[] => {
    const name = /^header (.+)$/.exec(text)?.[1];
    return name === undefined ? [] : [[name, '']];
  });
  const hasBody = route !== undefined && !['GET', 'HEAD', 'OPTIONS', '$default'].includes(route.method);
  return hasBody ? [['Content-Type', 'application/json'], ...needed] : needed;
}
