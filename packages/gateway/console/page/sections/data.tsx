import { useEffect, useState } from 'preact/hooks';
import { fetchControl } from '../connection/control.ts';
import { JsonEditor } from '../elements/json-editor.tsx';
import { Action, Empty, Problem, SectionHead } from '../elements/parts.tsx';
import { SortableTable } from '../elements/sortable-table.tsx';
import { linkTo } from '../address.ts';
import { toCall, FULL_SCAN, indexesOf, keysOf, OPERATORS } from '../data/table-query.ts';
import { fromDynamo, printValue, sortValueOf } from '../data/dynamo-values.ts';
import type { Item } from '../data/dynamo-values.ts';
import type { TableDescription, TableQuestion } from '../data/table-query.ts';

type Page = {
  readonly Items: readonly Item[];
  readonly LastEvaluatedKey?: Item;
  readonly Notes?: readonly string[];
};
type Description = { readonly Table: TableDescription };

const call = <Answer,>(operation: string, input: object): Promise<Answer> =>
  fetchControl<Answer>('POST', 'console/tables', { operation, input });

export function DataSection({ item }: { readonly item: string | undefined }) {
  const [tables, setTables] = useState<readonly string[]>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    call<{ TableNames: readonly string[] }>('ListTables', {}).then(
      ({ TableNames }) => setTables(TableNames),
      (error: unknown) => setProblem(error instanceof Error ? error.message : String(error)),
    );
  }, []);
  const shown = item ?? tables?.[0];
  return (
    <div class="single scrolls">
      <SectionHead title="Data" about="The DynamoDB tables that this gateway uses." />
      <Problem text={problem} />
      {tables === undefined && problem === undefined ? <p class="soft">Reading the tables …</p> : null}
      {tables?.length === 0 ? (
        <Empty title="This gateway has no tables.">
          If a stack defines DynamoDB tables, they are listed here, and you can browse, query and change their
          items.
        </Empty>
      ) : null}
      <nav class="tabs" aria-label="Tables">
        {(tables ?? []).map((name) => (
          <a key={name} href={linkTo('data', name)} aria-current={name === shown ? 'page' : undefined}>
            {name}
          </a>
        ))}
      </nav>
      {shown === undefined ? null : <Table key={shown} name={shown} />}
    </div>
  );
}

function Table({ name }: { readonly name: string }) {
  const [items, setItems] = useState<readonly Item[]>();
  const [next, setNext] = useState<Item>();
  const [notes, setNotes] = useState<readonly string[]>([]);
  const [table, setTable] = useState<TableDescription>();
  const [question, setQuestion] = useState(FULL_SCAN);
  const [problem, setProblem] = useState<string>();
  const [edited, setEdited] = useState<Item>();
  const [search, setSearch] = useState('');
  const load = async (of: TableDescription, asked: TableQuestion, start?: Item): Promise<void> => {
    const { operation, input } = toCall(name, of, asked);
    const page = await call<Page>(operation, { ...input, ...(start && { ExclusiveStartKey: start }) });
    setQuestion(asked);
    setItems((before) => [...(start === undefined ? [] : (before ?? [])), ...page.Items]);
    setNext(page.LastEvaluatedKey);
    setNotes((before) => [...(start === undefined ? [] : before), ...(page.Notes ?? [])]);
  };
  useEffect(() => {
    const open = async (): Promise<void> => {
      const described = await call<Description>('DescribeTable', { TableName: name });
      setTable(described.Table);
      await load(described.Table, FULL_SCAN);
    };
    open().catch((error: unknown) => setProblem(error instanceof Error ? error.message : String(error)));
  }, [name]);
  const keys = (table?.KeySchema ?? []).map(({ AttributeName }) => AttributeName);
  const shown = (items ?? []).filter((one) =>
    JSON.stringify(one).toLowerCase().includes(search.toLowerCase()),
  );
  return (
    <section class="card" aria-label={name}>
      {table === undefined ? null : (
        <TableQueryForm table={table} question={question} onAsk={(asked) => load(table, asked)} />
      )}
      <div class="row">
        <input
          type="search"
          aria-label="Search the page"
          placeholder="Search what is shown  /"
          value={search}
          onInput={({ currentTarget }) => setSearch(currentTarget.value)}
        />
        {table === undefined ? null : <Action label="Reload" run={() => load(table, question)} />}
        <button type="button" onClick={() => setEdited(emptyItem(keys, table))}>
          New item
        </button>
      </div>
      <Problem text={problem} />
      {edited === undefined ? null : (
        <Edit
          key={JSON.stringify(edited)}
          table={name}
          keys={keys}
          item={edited}
          onDone={() => {
            setEdited(undefined);
            if (table !== undefined) void load(table, question);
          }}
        />
      )}
      {items === undefined && problem === undefined ? <p class="soft">Reading items …</p> : null}
      {items?.length === 0 ? <p class="soft">No item.</p> : null}
      {notes.map((note) => (
        <p key={note}>{note}</p>
      ))}
      {shown.length === 0 ? null : <Rows table={name} items={shown} keys={keys} onEdit={setEdited} />}
      {next === undefined || table === undefined ? null : (
        <Action label="More" run={() => load(table, question, next)} />
      )}
    </section>
  );
}

/** Returns an item with only the keys, in this table's types. */
function emptyItem(keys: readonly string[], table: TableDescription | undefined): Item {
  const typeOf = (key: string): string =>
    table?.AttributeDefinitions.find(({ AttributeName }) => AttributeName === key)?.AttributeType ?? 'S';
  return Object.fromEntries(keys.map((key) => [key, { [typeOf(key)]: '' }]));
}

type RowsProps = {
  readonly table: string;
  readonly items: readonly Item[];
  readonly keys: readonly string[];
  readonly onEdit: (item: Item) => void;
};

/** Maximum number of columns. Further attributes are shown only in the item itself. */
const MAX_COLUMNS = 12;

function Rows({ table, items, keys, onEdit }: RowsProps) {
  const columns = [...new Set([...keys, ...items.flatMap((one) => Object.keys(one))])].slice(0, MAX_COLUMNS);
  return (
    <SortableTable
      name={`items of ${table}`}
      label="Items"
      columns={[
        ...columns.map((title) => ({ title, by: (one: Item) => sortValueOf(one[title]) })),
        { title: '' },
      ]}
      rows={items}
    >
      {(one, index) => (
        <tr key={index}>
          {columns.map((column) => (
            <td class="cut" key={column} title={printValue(one[column])}>
              {printValue(one[column])}
            </td>
          ))}
          <td>
            <button type="button" onClick={() => onEdit(one)}>
              Edit
            </button>
          </td>
        </tr>
      )}
    </SortableTable>
  );
}

/**
 * Formats an item as plain JSON. Returns a placeholder if the text, which may still be being typed, is not valid JSON
 * or not an item.
 */
function printPlain(text: string): string {
  try {
    return JSON.stringify(fromDynamo(JSON.parse(text) as Item));
  } catch {
    return '…';
  }
}

type EditProps = {
  readonly table: string;
  readonly keys: readonly string[];
  readonly item: Item;
  readonly onDone: () => void;
};

function Edit({ table, keys, item, onDone }: EditProps) {
  const [text, setText] = useState(JSON.stringify(item, null, 2));
  const [asked, setAsked] = useState<'put' | 'delete'>();
  const put = async (): Promise<void> => {
    await call('PutItem', { TableName: table, Item: JSON.parse(text) as Item });
    onDone();
  };
  const remove = async (): Promise<void> => {
    const Key = Object.fromEntries(
      keys.flatMap((key) => (item[key] === undefined ? [] : [[key, item[key]]])),
    );
    await call('DeleteItem', { TableName: table, Key });
    onDone();
  };
  return (
    <div class="edit">
      <p class="soft">In DynamoDB JSON; as plain values: {printPlain(text)}</p>
      <JsonEditor value={text} label="Item as JSON" onChange={setText} />
      {asked === undefined ? (
        <div class="row">
          <button type="button" class="main-action" onClick={() => setAsked('put')}>
            Write …
          </button>
          <button type="button" class="danger" onClick={() => setAsked('delete')}>
            Delete …
          </button>
          <button type="button" onClick={onDone}>
            Cancel
          </button>
        </div>
      ) : (
        <div class="row" role="alertdialog" aria-label="Are you sure?">
          <span>
            {asked === 'put' ? `Write this item into ${table}?` : `Delete this item from ${table}?`}
          </span>
          <Action
            label={asked === 'put' ? 'Write it' : 'Delete it'}
            kind={asked === 'put' ? 'main-action' : 'danger'}
            run={asked === 'put' ? put : remove}
          />
          <button type="button" onClick={() => setAsked(undefined)}>
            No
          </button>
        </div>
      )}
    </div>
  );
}

/**
 * Maximum number of items that the user can request. DynamoDB returns up to 1 MB, which is more than a page can
 * usefully show.
 */
const MAX_LIMIT = 500;

type Props = {
  readonly table: TableDescription;
  readonly question: TableQuestion;
  readonly onAsk: (question: TableQuestion) => Promise<void>;
};

function TableQueryForm({ table, question, onAsk }: Props) {
  const [form, setForm] = useState(question);
  const put = (part: Partial<TableQuestion>): void => setForm({ ...form, ...part });
  const keys = keysOf(table, form.index);
  const indexes = indexesOf(table);
  const field = (name: 'partition' | 'sort' | 'sortTo', label: string, placeholder = '') => (
    <label class="field">
      {label}
      <input
        value={form[name]}
        placeholder={placeholder}
        onInput={({ currentTarget }) => put({ [name]: currentTarget.value })}
      />
    </label>
  );
  return (
    <div class="row fields" role="group" aria-label="Query">
      {indexes.length === 0 ? null : (
        <label class="field">
          Index
          <select value={form.index} onChange={({ currentTarget }) => put({ index: currentTarget.value })}>
            <option value="">the table itself</option>
            {indexes.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      {field('partition', `${keys.partition ?? 'key'} is`, 'any: reads all')}
      {keys.sort === undefined ? null : (
        <>
          <label class="field">
            {keys.sort}
            <select
              value={form.operator}
              onChange={({ currentTarget }) =>
                put({ operator: OPERATORS.find((one) => one === currentTarget.value) ?? '=' })
              }
            >
              {OPERATORS.map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </select>
          </label>
          {field('sort', 'value', 'any')}
          {form.operator === 'between' ? field('sortTo', 'and') : null}
        </>
      )}
      <label class="field is-narrow">
        Items per page
        <input
          type="number"
          min={1}
          max={MAX_LIMIT}
          value={form.limit}
          onInput={({ currentTarget }) =>
            put({ limit: Math.min(MAX_LIMIT, Math.max(1, Math.floor(Number(currentTarget.value)) || 1)) })
          }
        />
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={form.isDescending}
          onChange={({ currentTarget }) => put({ isDescending: currentTarget.checked })}
        />{' '}
        last first
      </label>
      <Action label={form.partition === '' ? 'Scan' : 'Query'} kind="main-action" run={() => onAsk(form)} />
    </div>
  );
}
