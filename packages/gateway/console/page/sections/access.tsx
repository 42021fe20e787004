import { useEffect, useState } from 'preact/hooks';
import { fetchControl, useFetched } from '../connection/control.ts';
import { Empty, Problem, Reading, SectionHead } from '../elements/parts.tsx';
import { SortableTable } from '../elements/sortable-table.tsx';
import { linkTo } from '../address.ts';
import { readPlace } from '../place.ts';
import { AccessForm } from './access-form.tsx';
import { describeMissing } from '../texts.ts';
import type { Column } from '../elements/sort-order.ts';
import type { AccessFields } from './access-form.tsx';
import type {
  AccessCell,
  AccessReply,
  ShownAccess,
  ShownAccessBook,
  ShownRouteAnswer,
} from '../../endpoints/access-model.ts';

const WORDS: Readonly<Record<AccessCell, string>> = {
  open: 'open',
  other: 'other',
  allow: 'yes',
  own: 'own',
  depends: 'if',
  deny: '–',
};

type MatrixRow = ShownAccess['rows'][number];

const CHARGED: Column<MatrixRow> = { title: 'Quota', by: ({ isCharged }) => (isCharged ? 'charged' : '') };

const ANSWERED: readonly Column<ShownRouteAnswer>[] = [
  { title: 'Route', by: ({ route }) => route },
  { title: 'Verdict', by: ({ word }) => word },
  { title: 'Reason', by: ({ reason }) => reason },
];

type Props = { readonly item: string | undefined; readonly query: URLSearchParams };

export function AccessSection({ item, query }: Props) {
  const { data, error } = useFetched<ShownAccessBook>('console/access');
  const documents = data?.documents ?? [];
  const document = documents.find(({ name }) => name === item) ?? documents[0];
  return (
    <div class="single scrolls">
      <SectionHead
        title="Access"
        about="Who may call what, according to the access documents of this gateway’s authorizers."
      />
      <Reading
        what="the access documents"
        of={{
          data,
          error:
            error ?? describeMissing('access document', item, data === undefined || document?.name === item),
        }}
      />
      {data?.isPublished === true ? (
        <p class="note">
          The authorizers of this gateway use the version that was published last; this page shows the bundled
          version. <code>gatewright access versions</code> shows which version is in force.
        </p>
      ) : null}
      {data !== undefined && documents.length === 0 ? (
        <Empty title="This gateway has no access documents.">
          The rules of the toolkit’s authorizers are in <code>access/*.yml</code>;{' '}
          <code>gatewright init</code> writes the first file. For other authorizers see{' '}
          <a href={linkTo('apis')}>APIs</a> and the explanation that the console shows for each request.
        </Empty>
      ) : null}
      {documents.length < 2 ? null : (
        <nav class="tabs" aria-label="Documents">
          {documents.map(({ name }) => (
            <a
              key={name}
              href={linkTo('access', name)}
              aria-current={name === document?.name ? 'page' : undefined}
            >
              {name}
            </a>
          ))}
        </nav>
      )}
      {document === undefined ? null : <Document key={document.name} document={document} query={query} />}
    </div>
  );
}

function Document({ document, query }: { readonly document: ShownAccess; readonly query: URLSearchParams }) {
  const [fields, setFields] = useState<AccessFields>(readAccessFields(query));
  const [reply, setReply] = useState<AccessReply>();
  const [problem, setProblem] = useState<string>();
  const send = (question: AccessFields): void => {
    setFields(question);
    setProblem(undefined);
    // The address of a question can be shared, because it contains no token. The user may have left this section before
    // the question is sent.
    if (readPlace().section === 'access')
      history.replaceState(null, '', linkTo('access', document.name, writeAccessFields(question)));
    fetchControl<AccessReply>('POST', 'console/access/ask', toQuestion(document, question)).then(
      setReply,
      (failure: unknown) => {
        setReply(undefined);
        setProblem(failure instanceof Error ? failure.message : String(failure));
      },
    );
  };
  useEffect(() => {
    if (query.has('path') || query.has('role')) send(readAccessFields(query));
  }, [document.name]);
  return (
    <>
      <section class="card half" aria-label="Ask">
        <h2>Check what a caller may do</h2>
        <AccessForm document={document} fields={fields} onChange={setFields} onAsk={send} />
        <Problem text={problem} />
        {reply === undefined ? null : <Reply reply={reply} />}
      </section>
      <Matrix document={document} onChoose={(route) => send({ ...fields, ...route, token: '' })} />
    </>
  );
}

function Reply({ reply }: { readonly reply: AccessReply }) {
  if (reply.kind === 'problem') return <Problem text={reply.problem} />;
  if (reply.kind === 'routes')
    return (
      <>
        <Refusal text={reply.refusal} />
        <Unasked text={reply.unasked} />
        <SortableTable name="caller" label="Routes of this caller" columns={ANSWERED} rows={reply.routes}>
          {({ route, word, reason }) => (
            <tr key={route}>
              <th scope="row">
                <code>{route}</code>
              </th>
              <td>
                <span class={`verdict ${word.toLowerCase()}`}>{word}</span>
              </td>
              <td>{reason}</td>
            </tr>
          )}
        </SortableTable>
      </>
    );
  const { word, reason, route, caller, quota, refusal, rules } = reply.answer;
  return (
    <div class={`story ${word === 'DENY' || refusal !== undefined ? 'bad' : 'good'}`} role="status">
      <p class="headline">
        <span class={`verdict ${word.toLowerCase()}`}>{word}</span> {reason}
      </p>
      <Refusal text={refusal} />
      {route === undefined ? null : (
        <p>
          Route <code>{route}</code>
        </p>
      )}
      {caller === undefined ? null : <p>The rules see {caller.replaceAll('  ', ' · ')}</p>}
      {quota === undefined ? null : <p>Quota: {quota}</p>}
      <Unasked text={reply.unasked} />
      {rules.length === 0 ? null : (
        <>
          <p class="changes-title">Rules that name the route</p>
          <ul>
            {rules.map((rule) => (
              <li key={rule}>{rule}</li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function Refusal({ text }: { readonly text: string | undefined }) {
  return text === undefined ? null : (
    <p class="problem">The caller is refused before any rule applies: {text}.</p>
  );
}

function Unasked({ text }: { readonly text: string | undefined }) {
  return text === undefined ? null : <p class="note">The current usage of the quota is not known: {text}.</p>;
}

type Choice = { readonly method: string; readonly path: string; readonly role: string };

function Matrix({
  document: { columns, rows, kind, apis, notes },
  onChoose,
}: {
  readonly document: ShownAccess;
  readonly onChoose: (choice: Choice) => void;
}) {
  const [api] = apis;
  const hasQuota = rows.some(({ isCharged }) => isCharged);
  return (
    <section class="card half" aria-label="Matrix">
      <h2>Who may call what</h2>
      <p class="soft">
        <b>yes</b> always, <b>own</b> only their own resources, <b>if</b> it depends on more than the role,{' '}
        <b>open</b> no authorizer, <b>other</b> another authorizer decides, which this document does not
        describe, <b>–</b> never.
        {hasQuota ? ' Requests to charged routes count against the customer’s plan.' : ''} Choose a cell to
        ask the question above.
        <Protected api={api} />
      </p>
      <SortableTable
        name="matrix"
        label="Routes and roles"
        kind="matrix"
        columns={[
          { title: 'Route', by: ({ method, path }) => `${path} ${method}` },
          ...columns.map((title, index) => ({ title, by: (row: MatrixRow) => row.cells[index] })),
          ...(hasQuota ? [CHARGED] : []),
          { title: 'Rules', by: ({ rules }) => rules.join('; ') },
        ]}
        rows={rows}
      >
        {({ method, path, cells, rules, isCharged }) => (
          <tr key={`${method} ${path}`}>
            <th scope="row">
              <code>
                {method} {path}
              </code>
            </th>
            {cells.map((cell, index) => (
              <td key={columns[index]}>
                <button
                  type="button"
                  class={`cell ${cell}`}
                  aria-label={`${columns[index] ?? ''}: ${WORDS[cell]}; ask why`}
                  onClick={() =>
                    onChoose({
                      ...(kind === 'websocket' ? { method: '', path: '' } : { method, path: fill(path) }),
                      role: index === 0 ? '' : (columns[index] ?? ''),
                    })
                  }
                >
                  {WORDS[cell]}
                </button>
              </td>
            ))}
            {hasQuota ? <td>{isCharged ? 'charged' : ''}</td> : null}
            <td class="soft">{rules.join('; ')}</td>
          </tr>
        )}
      </SortableTable>
      {notes.map((note) => (
        <p class="soft" key={note}>
          {note}
        </p>
      ))}
    </section>
  );
}

function Protected({ api }: { readonly api: ShownAccess['apis'][number] | undefined }) {
  if (api === undefined) return ' It protects no API of this stage.';
  const { apiId, apiName, stage } = api;
  if (apiName === undefined)
    return ` It protects ${apiId}, stage ${stage}, which this gateway does not serve now.`;
  return (
    <>
      {' '}
      It protects <a href={linkTo('apis', `${apiId}/${stage}`)}>{apiName}</a>, stage {stage}.
    </>
  );
}

function fill(path: string): string {
  return path === '$default' ? '/any' : path.replaceAll(/\{[^}]+\}/g, '7');
}

function toQuestion({ name, kind }: ShownAccess, fields: AccessFields): object {
  const { method, path, role, subject, issuer, token, ip, scopes } = fields;
  const list = (text: string): readonly string[] => text.split(/[\s,]+/).filter((one) => one !== '');
  return {
    document: name,
    ...(path !== '' && kind !== 'websocket' && { method, path }),
    ...(token !== '' ? { token } : subject !== '' && { claims: JSON.stringify({ sub: subject }) }),
    ...(issuer !== '' && { issuer }),
    ...(ip !== '' && { ip }),
    roles: role === '' ? [] : [role],
    scopes: list(scopes),
  };
}

const QUERY_FIELDS = ['method', 'path', 'role', 'subject', 'issuer', 'scopes', 'ip'] as const;

function readAccessFields(query: URLSearchParams): AccessFields {
  const messages = Object.fromEntries(QUERY_FIELDS.map((name) => [name, query.get(name) ?? '']));
  return { ...(messages as Omit<AccessFields, 'token'>), method: query.get('method') ?? 'GET', token: '' };
}

function writeAccessFields(fields: AccessFields): Readonly<Record<string, string>> {
  return Object.fromEntries(
    QUERY_FIELDS.flatMap((name) => (fields[name] === '' ? [] : [[name, fields[name]]])),
  );
}
