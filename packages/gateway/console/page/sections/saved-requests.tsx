/**
 * The project's saved requests: listed, opened in the builder, saved, removed or imported from an HTTP
 * Archive.
 */
import { useState } from 'preact/hooks';
import { fetchControl, useFetched } from '../connection/control.ts';
import { readHar } from '../traffic/har-requests.ts';
import { Action, Problem, Reading } from '../elements/parts.tsx';
import { SortableTable } from '../elements/sortable-table.tsx';
import { linkTo } from '../address.ts';
import { hasBody } from '../traffic/request-draft.ts';
import type { Column } from '../elements/sort-order.ts';
import type { Draft } from '../traffic/request-draft.ts';
import type { SavedList, SavedRequest, ShownApi } from '../../endpoints/inspect-model.ts';

const COLUMNS: readonly Column<SavedRequest>[] = [
  { title: 'Name', by: ({ name }) => name },
  { title: 'Request', by: ({ target, method }) => `${target} ${method}` },
  { title: 'As', by: ({ as }) => as },
  { title: 'API', by: ({ api }) => api },
  { title: '' },
];

type Props = { readonly apis: readonly ShownApi[]; readonly saved: ReturnType<typeof useSaved> };

export function useSaved() {
  return useFetched<SavedList>('console/saved');
}

export function SavedRequests({ apis, saved: { data, error, reload } }: Props) {
  const remove = async (name: string): Promise<void> => {
    await fetchControl('POST', 'console/saved', { remove: name });
    reload();
  };
  const requests = data?.requests ?? [];
  return (
    <details class="card" open={requests.length > 0}>
      <summary>
        Saved requests <span class="soft">{data?.file}</span>
      </summary>
      <Reading what="the saved requests" of={{ data, error }} />
      {requests.length === 0 ? (
        <p class="soft">
          Save a request from its form: callers are saved by name, and secrets as <code>{'${NAME}'}</code>.
        </p>
      ) : (
        <SortableTable name="saved" label="Saved" kind="stacks" columns={COLUMNS} rows={requests}>
          {({ name, method, target, as, api, stage }) => {
            const served = apis.find((one) => one.name === api && one.stage === stage);
            return (
              <tr key={name}>
                <th scope="row">
                  {served === undefined ? (
                    name
                  ) : (
                    <a href={linkTo('apis', `${served.id}/${served.stage}`, { saved: name })}>{name}</a>
                  )}
                </th>
                <td>
                  <span class="method">{method}</span> {target}
                </td>
                <td data-column="As">{as ?? ''}</td>
                <td class="soft" data-column="API">
                  {api} / {stage}
                  {served === undefined ? ', not served now' : ''}
                </td>
                <td>
                  <Action label="Remove" run={() => remove(name)} />
                </td>
              </tr>
            );
          }}
        </SortableTable>
      )}
      <ImportHar apis={apis} onDone={reload} />
    </details>
  );
}

const MAX_HAR_BYTES = 32 * 1024 * 1024;

function ImportHar({ apis, onDone }: { readonly apis: readonly ShownApi[]; readonly onDone: () => void }) {
  const [problem, setProblem] = useState<string>();
  const [count, setCount] = useState<number>();
  const read = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    if (file.size > MAX_HAR_BYTES) throw new Error('The archive is larger than 32 MB.');
    const add = readHar(await file.text(), apis);
    await fetchControl('POST', 'console/saved', { add });
    setCount(add.length);
    onDone();
  };
  return (
    <div class="row">
      <label class="soft">
        From an HTTP Archive{' '}
        <input
          type="file"
          accept=".har,application/json"
          onChange={({ currentTarget }) => {
            setProblem(undefined);
            setCount(undefined);
            read(currentTarget.files?.[0]).catch((error: unknown) =>
              setProblem(error instanceof Error ? error.message : String(error)),
            );
          }}
        />
      </label>
      {count === undefined ? null : <span role="status">{count} saved.</span>}
      <Problem text={problem} />
    </div>
  );
}

export function SaveRequest({
  api,
  draft,
  initialName,
  onSaved,
}: {
  readonly api: ShownApi;
  readonly draft: Draft;
  readonly initialName: string;
  readonly onSaved: () => void;
}) {
  const [typed, setTyped] = useState<string>();
  const [file, setFile] = useState<string>();
  const name = typed ?? initialName;
  const save = async (): Promise<void> => {
    const { method, target, headers, body, as } = draft;
    const named = headers.filter(([header]) => header !== '' && header.toLowerCase() !== 'host');
    const saved = await fetchControl<SavedList>('POST', 'console/saved', {
      add: [
        {
          name,
          api: api.name,
          stage: api.stage,
          method,
          target,
          headers: named,
          as,
          ...(hasBody(draft) && { body }),
        },
      ],
    });
    setFile(saved.file);
    onSaved();
  };
  return (
    <div class="row">
      <input
        class="grow"
        aria-label="Name of the request"
        value={name}
        onInput={({ currentTarget }) => setTyped(currentTarget.value)}
      />
      <Action label="Save" title="Saved in a file of the project, without secrets" run={save} />
      {file === undefined ? null : (
        <span class="soft" role="status">
          Saved in {file}.
        </span>
      )}
    </div>
  );
}
