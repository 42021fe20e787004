import { useState } from 'preact/hooks';
import { Action } from '../elements/parts.tsx';
import { indexesOf, keysOf, OPERATORS } from '../data/table-query.ts';
import type { TableDescription, TableQuestion } from '../data/table-query.ts';

/** DynamoDB returns up to 1 MB, more than is readable on a page. */
const MAX_LIMIT = 500;

type Props = {
  readonly table: TableDescription;
  readonly question: TableQuestion;
  readonly onAsk: (question: TableQuestion) => Promise<void>;
};

export function TableQueryForm({ table, question, onAsk }: Props) {
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
              <option key={name}>{name}</option>
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
                <option key={one}>{one}</option>
              ))}
            </select>
          </label>
          {field('sort', 'value', 'any')}
          {form.operator === 'between' ? field('sortTo', 'and') : null}
        </>
      )}
      <label class="field is-narrow">
        Items a page
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
