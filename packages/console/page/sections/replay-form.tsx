import { useState } from 'preact/hooks';
import { fetchControl } from '../control.ts';
import { IdentityField, rememberIdentity } from '../identity-field.tsx';
import { JsonEditor } from '../json-editor.tsx';
import { Action } from '../parts.tsx';
import { linkTo } from '../address.ts';
import { go } from '../place.ts';
import { readShift } from '../shift.ts';
import type { RequestDetail } from '../../records/model.ts';

export function ReplayForm({ detail }: { readonly detail: RequestDetail }) {
  const [as, setAs] = useState('');
  const [shift, setShift] = useState('');
  const [text, setText] = useState<string>();
  const send = async (): Promise<void> => {
    const shiftMs = readShift(shift);
    const edit = text === undefined ? undefined : (JSON.parse(text) as object);
    const { id } = await fetchControl<{ id: string }>(
      'POST',
      `requests/${encodeURIComponent(detail.id)}/replay`,
      {
        ...(as !== '' && { as }),
        ...(shiftMs !== 0 && { shiftMs }),
        ...(edit !== undefined && { edit }),
      },
    );
    rememberIdentity(as);
    go(linkTo('traffic', id, { of: detail.id }));
  };
  return (
    <section class="replay" aria-label="Replay">
      <div class="row">
        <label>
          as <IdentityField value={as} emptyLabel="the original caller" onChange={setAs} />
        </label>
        <label>
          at{' '}
          <input
            class="shift"
            placeholder="now, or +1d"
            aria-label="Shift of the clock"
            value={shift}
            onInput={({ currentTarget }) => setShift(currentTarget.value)}
          />
        </label>
        <button
          type="button"
          aria-expanded={text !== undefined}
          onClick={() => setText(text === undefined ? printEdit(detail) : undefined)}
        >
          Edit
        </button>
        <Action label="Replay" kind="main-action" title="r" run={send} />
      </div>
      {text === undefined ? null : <JsonEditor value={text} label="Request as JSON" onChange={setText} />}
    </section>
  );
}

function printEdit({ method, target, request }: RequestDetail): string {
  return JSON.stringify(
    { method, target, headers: request.headers, body: request.body?.text ?? '' },
    null,
    2,
  );
}
