import { useState } from 'preact/hooks';
import type { ShownAccess } from '../../endpoints/access-model.ts';

export type AccessFields = {
  readonly method: string;
  /** The path; empty means every route. */
  readonly path: string;
  readonly role: string;
  readonly subject: string;
  readonly issuer: string;
  readonly scopes: string;
  readonly ip: string;
  /** A token whose subject replaces `subject`. Its roles and scopes are added to the user's roles and scopes. */
  readonly token: string;
};

type Props = {
  readonly document: ShownAccess;
  readonly fields: AccessFields;
  readonly onChange: (fields: AccessFields) => void;
  readonly onAsk: (fields: AccessFields) => void;
};

export function AccessForm({ document, fields, onChange, onAsk }: Props) {
  const [hasToken, setHasToken] = useState(false);
  const { kind, columns, issuers, rows } = document;
  const put = (part: Partial<AccessFields>): void => onChange({ ...fields, ...part });
  const field = (name: keyof AccessFields, label: string, placeholder: string) => (
    <label class="field">
      {label}
      <input
        value={fields[name]}
        placeholder={placeholder}
        onInput={({ currentTarget }) => put({ [name]: currentTarget.value })}
      />
    </label>
  );
  const choice = (
    name: keyof AccessFields,
    label: string,
    options: readonly (readonly [string, string])[],
  ) => (
    <label class="field">
      {label}
      <select value={fields[name]} onChange={({ currentTarget }) => put({ [name]: currentTarget.value })}>
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
  const methods = [...new Set([...rows.map(({ method }) => method), fields.method])];
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onAsk(fields);
      }}
    >
      {kind === 'websocket' ? null : (
        <div class="row fields">
          {choice('method', 'Method', methods.map(named))}
          {field('path', 'Path below the stage', '/orders/7; empty = every route')}
        </div>
      )}
      <div class="row fields">
        {choice('role', 'Role', [['', 'none'], ...columns.slice(1).map(named)])}
        {hasToken ? null : field('subject', 'Subject', 'alice')}
        {field('scopes', 'Scopes', 'orders:read')}
        {issuers.length < 2
          ? null
          : choice('issuer', 'Issuer', [
              ['', 'the first, or the one that the token names'],
              ...issuers.map(named),
            ])}
        {field('ip', 'Source IP address', '203.0.113.7')}
      </div>
      {hasToken ? (
        <label class="field">
          Token; its signature is not checked
          <textarea
            rows={3}
            value={fields.token}
            onInput={({ currentTarget }) => put({ token: currentTarget.value.trim() })}
          />
        </label>
      ) : null}
      <div class="row">
        <button type="submit" class="main-action">
          Ask
        </button>
        <button
          type="button"
          aria-expanded={hasToken}
          onClick={() => {
            setHasToken(!hasToken);
            put({ token: '' });
          }}
        >
          {hasToken ? 'Without a token' : 'With a token'}
        </button>
      </div>
    </form>
  );
}

function named(name: string): readonly [string, string] {
  return [name, name];
}
