import { useEffect, useState } from 'preact/hooks';
import { change } from '../api.ts';
import { Action, Ask, Empty, Form, Loaded, SectionHead } from '../elements/parts.tsx';
import type { Plan, PlanChange, PlanPreview, PlanState } from '@gatewright/handlers/portal/answers';
import { startText, time } from '../texts.ts';
import { useFetched } from '../use-fetched.ts';

export function PlanSection() {
  const fetched = useFetched<PlanState>('api/plan');
  const [asked, setAsked] = useState<PlanPreview>();
  const [changed, setChanged] = useState<PlanChange>();
  const done = (next: PlanChange): void => {
    setAsked(undefined);
    setChanged(next);
    fetched.reload();
  };
  const preview = async (plan: string): Promise<void> =>
    setAsked(await change<PlanPreview>('api/plan/preview', { plan }));
  return (
    <>
      <SectionHead title="Plan" about="What you may use, what it costs, and which plans you may change to." />
      {changed === undefined ? null : <Confirmed of={changed} />}
      <Loaded of={fetched}>
        {({ version, current, planned, offers, agreed }) => (
          <>
            {current === undefined ? (
              <Empty title="You have no plan yet.">Choose one of the plans below.</Empty>
            ) : (
              <section class="card is-current" aria-label="Your plan">
                <PlanFacts of={current} note="Your plan" />
              </section>
            )}
            {planned.map(({ plan, title, from }) => (
              <div class="note" key={`${plan} ${from}`}>
                <p>
                  The plan {title} begins {time(from)}.
                </p>
                {current === undefined ? null : (
                  <Action label={`Keep ${current.title} instead …`} run={() => preview(current.plan)} />
                )}
              </div>
            ))}
            {asked === undefined ? null : (
              <Preview
                key={asked.plan}
                of={asked}
                version={version}
                onDone={done}
                onCancel={() => setAsked(undefined)}
              />
            )}
            <Offers offers={offers} agreed={agreed} current={current?.plan} onPreview={preview} />
          </>
        )}
      </Loaded>
    </>
  );
}

const WITHOUT_OFFERS: Readonly<Record<NonNullable<PlanState['agreed']> | 'none', string>> = {
  none: 'There is no other plan that you may change to here.',
  quotas:
    'Your organisation has limits of its own, which the provider of the API has agreed with you. To change to another plan, ask the provider.',
  'later-plan':
    'The provider of the API has agreed another plan with you, which begins later. To change to another plan, ask the provider.',
};

function Offers({
  offers,
  agreed = 'none',
  current,
  onPreview,
}: {
  readonly offers: readonly Plan[];
  readonly agreed: PlanState['agreed'] | 'none';
  readonly current: string | undefined;
  readonly onPreview: (plan: string) => Promise<void>;
}) {
  const others = offers.filter(({ plan }) => plan !== current);
  if (others.length === 0) return <p class="soft">{WITHOUT_OFFERS[agreed]}</p>;
  return (
    <>
      <h2>Other plans</h2>
      <ul class="cards plans">
        {others.map((offer) => (
          <li class="card" key={offer.plan}>
            <PlanFacts of={offer} />
            <p class="soft">{startText(offer.from)}</p>
            <div class="row">
              <Action
                label={`Change to ${offer.title} …`}
                kind="main-action"
                run={() => onPreview(offer.plan)}
              />
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

function PlanFacts({
  of: { title, summary, limits, prices },
  note,
}: {
  readonly of: Plan;
  readonly note?: string;
}) {
  return (
    <>
      <div class="card-head">
        <h2>{title}</h2>
        {note === undefined ? null : <span class="badge brand-badge">{note}</span>}
      </div>
      {summary === undefined ? null : <p>{summary}</p>}
      <ul class="plain">
        {limits.map(({ id, text }) => (
          <li key={id}>{text}</li>
        ))}
        {prices.map(({ limit, text }) => (
          <li key={limit} class="price">
            {text}
          </li>
        ))}
      </ul>
      {prices.length === 0 ? <p class="price">No price is charged for this plan here.</p> : null}
    </>
  );
}

/** Shows what a change costs and when it comes into force. Nothing changes before the member confirms. */
function Preview({
  of: { plan, title, from, everywhereBy, costs },
  version,
  onDone,
  onCancel,
}: {
  readonly of: PlanPreview;
  readonly version: number;
  readonly onDone: (change: PlanChange) => void;
  readonly onCancel: () => void;
}) {
  return (
    <div class="card">
      <Ask label={`Change to ${title}`} onCancel={onCancel}>
        <h2>Change to {title}?</h2>
        <Form
          label={`Change to ${title}`}
          action={`Change to ${title}`}
          run={async () => onDone(await change<PlanChange>('api/plan', { plan, version: version + 1 }))}
          onCancel={onCancel}
        >
          <dl class="facts">
            <div>
              <dt>Begins</dt>
              <dd>{time(from)}</dd>
            </div>
            {isAtOnce({ from, everywhereBy }) ? (
              <div>
                <dt>In force everywhere by</dt>
                <dd>{time(everywhereBy)}</dd>
              </div>
            ) : null}
          </dl>
          {costs.length === 0 ? (
            <p>This costs nothing.</p>
          ) : (
            <ul class="plain">
              {costs.map((text) => (
                <li key={text}>{text}</li>
              ))}
            </ul>
          )}
        </Form>
      </Ask>
    </div>
  );
}

/** Whether the change begins now, so that some processes may still use the earlier plan for a while. */
function isAtOnce({ from, everywhereBy }: Pick<PlanChange, 'from' | 'everywhereBy'>): boolean {
  return Date.parse(everywhereBy) > Date.parse(from);
}

function Confirmed({ of: { from, everywhereBy } }: { readonly of: PlanChange }) {
  const [isShown, setShown] = useState(true);
  useEffect(() => setShown(true), [from, everywhereBy]);
  return isShown ? (
    <div class="good-note" role="status">
      <p>
        The change is made. It begins {time(from)}
        {isAtOnce({ from, everywhereBy }) ? ` and is in force everywhere by ${time(everywhereBy)}` : ''}.
      </p>
      <button type="button" onClick={() => setShown(false)}>
        Close
      </button>
    </div>
  ) : null;
}
