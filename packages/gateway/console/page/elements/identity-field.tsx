/** A field for the caller of a request: a user of the local issuer, an API key, an IAM identity, or anonymous. */
import { useState } from 'preact/hooks';
import { useFetched } from '../connection/control.ts';
import type { ShownIdentities } from '../../endpoints/inspect-model.ts';

const RECENT = 'gatewright-identities';
const MAX_RECENT = 8;

type Props = { readonly value: string; readonly emptyLabel: string; readonly onChange: (as: string) => void };

export function IdentityField({ value, emptyLabel, onChange }: Props) {
  const { data } = useFetched<ShownIdentities>('console/identities');
  const [isTyped, setTyped] = useState(false);
  const recent = recentIdentities();
  if (isTyped)
    return (
      <input
        class="identity"
        aria-label="Identity"
        placeholder="alice:admin,courier"
        value={value}
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
        // An empty field shows the list again.
        onBlur={({ currentTarget }) => setTyped(currentTarget.value !== '')}
      />
    );
  return (
    <select
      class="identity"
      aria-label="Identity"
      value={value}
      onChange={({ currentTarget }) => {
        if (currentTarget.value === '…') setTyped(true);
        else onChange(currentTarget.value);
      }}
    >
      <option value="">{emptyLabel}</option>
      <option value="anonymous">anonymous</option>
      {recent.map((one) => (
        <option key={one} value={one}>
          {one}
        </option>
      ))}
      {(data?.roles ?? []).map((role) => (
        <option key={role} value={`some-${role}:${role}`}>
          a user with the role {role}
        </option>
      ))}
      <option value="…">another user of the local issuer …</option>
      {(data?.keys ?? []).map(({ id, name }) => (
        <option key={id} value={`key:${id}`}>
          API key {name}
        </option>
      ))}
      <optgroup label="IAM identities">
        {(data?.signers ?? []).map(({ name }) => (
          <option key={name} value={`iam:${name}`}>
            {name}
          </option>
        ))}
      </optgroup>
    </select>
  );
}

function recentIdentities(): readonly string[] {
  return (sessionStorage.getItem(RECENT) ?? '').split('\n').filter((one) => one !== '');
}

/** Remembers a user, so that the user is suggested again. Users need not exist beforehand. */
export function rememberIdentity(as: string): void {
  if (as === '' || as === 'anonymous' || /^(key|iam):|^some-/.test(as)) return;
  const others = recentIdentities().filter((one) => one !== as);
  sessionStorage.setItem(RECENT, [as, ...others].slice(0, MAX_RECENT).join('\n'));
}
