import { useState } from 'preact/hooks';
import { fetchControl } from '../connection/control.ts';
import { IdentityField, rememberIdentity } from '../elements/identity-field.tsx';
import { Action } from '../elements/parts.tsx';
import { linkTo } from '../address.ts';
import { go } from '../place.ts';
import { readShift } from '../data/shift.ts';
import type { RequestDetail } from '../../records/model.ts';

export function ReplayForm({ detail }: { readonly detail: RequestDetail }) {
  const [as, setAs] = useState('');
  const [shift, setShift] = useState('');
  const send = async (): Promise<void> => {
    const shiftMs = readShift(shift);
    const { id } = await fetchControl<{ id: string }>(
      'POST',
      `requests/${encodeURIComponent(detail.id)}/replay`,
      {
        ...(as !== '' && { as }),
        ...(shiftMs !== 0 && { shiftMs }),
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
        <a
          class="button"
          href={linkTo('apis', `${detail.apiId}/${detail.stage ?? ''}`, {
            ...(detail.routeKey !== undefined && { route: detail.routeKey }),
            from: detail.id,
          })}
        >
          Edit
        </a>
        <Action label="Replay" kind="main-action" title="r" run={send} />
      </div>
    </section>
  );
}
