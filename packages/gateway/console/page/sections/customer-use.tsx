/**
 * Elements that the list of customers and the panel of one customer share: a state, and the use of a limit.
 */
import type { ShownUse } from '../../endpoints/customer-model.ts';

export function State({ state }: { readonly state: string }) {
  return state === 'active' ? <span>active</span> : <span class="badge">{state}</span>;
}

/** Shows how much of an allowance is used, and how many units were used over it, as a bar and as numbers. */
export function UseBar({ use: { limit, counted, allowance } }: { readonly use: ShownUse }) {
  const isSpent = counted >= allowance;
  return (
    <span class="use">
      <meter
        min={0}
        max={Math.max(1, allowance)}
        optimum={0}
        low={allowance * 0.8}
        high={Math.max(0, allowance - 1)}
        value={counted}
        aria-label={`Used of ${limit}`}
      />{' '}
      <span class={isSpent ? 'spent' : ''}>
        {number(counted)} of {number(allowance)}
        {counted > allowance ? `, ${number(counted - allowance)} over` : ''}
      </span>
    </span>
  );
}

export function number(value: number): string {
  return value.toLocaleString('en-US');
}
