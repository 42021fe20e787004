import { useMemo, useState } from 'preact/hooks';
import { Empty, Loaded, SectionHead } from '../elements/parts.tsx';
import type { OfferedApi } from '@gatewright/handlers/portal/answers';
import { getMap, getText } from '../reference/json.ts';
import type { Json } from '@gatewright/aws/json-object';
import { OperationView } from '../reference/operation.tsx';
import { groupsOf } from '../reference/operations.ts';
import type { Group } from '../reference/operations.ts';
import type { TryKey } from '../reference/try-it.tsx';
import { useFetched } from '../use-fetched.ts';

export function ReferenceSection({ api }: { readonly api: OfferedApi | undefined }) {
  if (api === undefined) return <Empty title="There is no API at this address." />;
  return <Reference key={api.id} api={api} />;
}

function Reference({ api: { title, url, reference } }: { readonly api: OfferedApi }) {
  const fetched = useFetched<Json>(reference);
  return (
    <>
      <SectionHead title={title} about={url} />
      <Loaded of={fetched}>{(document) => <Document url={url} document={document} />}</Loaded>
    </>
  );
}

function Document({ url, document }: { readonly url: string; readonly document: Json }) {
  const groups = useMemo(() => groupsOf(document), [document]);
  const [open, setOpen] = useState<string>();
  const [key, setKey] = useState('');
  const info = getMap(document, 'info');
  const version = getText(info, 'version');
  const description = getText(info, 'description');
  if (groups.length === 0) return <Empty title="This API has no operations." />;
  return (
    <>
      {version === undefined ? null : <p class="soft">Version {version}</p>}
      {description === undefined ? null : <p class="pre-line">{description}</p>}
      {groups.map((group) => (
        <OperationGroup
          key={group.tag}
          group={group}
          open={open}
          onOpen={setOpen}
          document={document}
          url={url}
          tryKey={{ value: key, set: setKey }}
        />
      ))}
    </>
  );
}

type GroupProps = {
  readonly group: Group;
  readonly open: string | undefined;
  readonly onOpen: (id: string | undefined) => void;
  readonly document: Json;
  readonly url: string;
  readonly tryKey: TryKey;
};

function OperationGroup({ group: { tag, description, operations }, open, onOpen, ...rest }: GroupProps) {
  return (
    <section class="operations" aria-label={tag}>
      <h2>{tag}</h2>
      {description === undefined ? null : <p class="pre-line soft">{description}</p>}
      <ul class="plain">
        {operations.map((operation) => {
          const { id, method, path, summary, isDeprecated } = operation;
          const isOpen = id === open;
          return (
            <li key={id} class="card operation-row">
              <button
                type="button"
                class="operation-head"
                aria-expanded={isOpen}
                onClick={() => onOpen(isOpen ? undefined : id)}
              >
                <span class={`method ${method.toLowerCase()}`}>{method}</span>
                <code>{path}</code>
                <span class="soft">
                  {summary}
                  {isDeprecated ? ' (deprecated)' : ''}
                </span>
              </button>
              {isOpen ? <OperationView operation={operation} {...rest} /> : null}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
