import { useState } from 'preact/hooks';
import { change } from '../api.ts';
import { Ask, Badge, Empty, Fold, Form, Loaded, SectionHead, ShownOnce } from '../elements/parts.tsx';
import type { ApiKey, ChangedKey, Keys } from '../model.ts';
import { day, duration, time } from '../texts.ts';
import { useFetched } from '../use-fetched.ts';

/** A secret that is shown once, or a note that it got lost. */
type Shown = { readonly title: string; readonly secret: string | undefined; readonly note: string };

const OVERLAPS = [0, 3600, 86_400, 7 * 86_400, 30 * 86_400];
const USUAL_OVERLAP = 86_400;

export function KeysSection() {
  const fetched = useFetched<Keys>('api/keys');
  const [shown, setShown] = useState<Shown>();
  const show = (next: Shown): void => {
    setShown(next);
    fetched.reload();
  };
  return (
    <>
      <SectionHead title="API keys" about="Your programs send a key with each request. Keep keys secret." />
      {shown === undefined ? null : <ShownSecret shown={shown} onClose={() => setShown(undefined)} />}
      <Loaded of={fetched}>
        {({ keys, most, left }) => (
          <>
            <NewKey most={most} left={left} onMade={show} />
            {keys.length === 0 ? (
              <Empty title="You have no keys yet.">Make the first one above.</Empty>
            ) : (
              <KeyLists keys={keys} onChange={fetched.reload} onRotated={show} />
            )}
          </>
        )}
      </Loaded>
    </>
  );
}

function ShownSecret({
  shown: { title, secret, note },
  onClose,
}: {
  readonly shown: Shown;
  readonly onClose: () => void;
}) {
  if (secret !== undefined) return <ShownOnce title={title} secret={secret} note={note} onClose={onClose} />;
  return (
    <div class="note" role="alert">
      <p>
        The change was made, but the answer with the secret got lost on its way, and it cannot be shown again.
        Rotate the key to get another secret.
      </p>
      <button type="button" onClick={onClose}>
        Close
      </button>
    </div>
  );
}

function NewKey({
  most,
  left,
  onMade,
}: {
  readonly most: number;
  readonly left: number;
  readonly onMade: (shown: Shown) => void;
}) {
  const [name, setName] = useState('');
  if (most === 0) return <p class="note">Keys cannot be made here. Ask for them.</p>;
  const make = async (): Promise<void> => {
    const made = await change<ChangedKey>('api/keys', { name: name.trim() });
    setName('');
    onMade({
      title: `The new key “${made.name ?? made.keyId}”`,
      secret: made.key,
      note: 'Copy the key now and store it safely. It cannot be shown again.',
    });
  };
  return (
    <div class="card">
      <Form label="New key" action="Make a key" run={make}>
        <label class="field">
          Name of the new key
          <input
            required
            maxLength={128}
            autocomplete="off"
            placeholder="such as production server"
            value={name}
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
        </label>
        <p class="soft">
          {left > 0
            ? `You may make ${left} more of ${most}.`
            : `You have all ${most} keys that you may have. Revoke one to make another.`}
        </p>
      </Form>
    </div>
  );
}

const STATES: Readonly<Record<string, string>> = { active: 'good', revoked: '', expired: '' };

function isUsable({ state, revokedAt }: ApiKey): boolean {
  return revokedAt === undefined && state !== 'revoked' && state !== 'expired';
}

/** Keys that have ended stay on record, and are folded away. */
function KeyLists({ keys, ...rest }: { readonly keys: readonly ApiKey[] } & Omit<CardProps, 'of'>) {
  const ended = keys.filter((key) => !isUsable(key));
  return (
    <>
      <KeyList keys={keys.filter(isUsable)} {...rest} />
      {ended.length === 0 ? null : (
        <Fold label={ended.length === 1 ? '1 key that has ended' : `${ended.length} keys that have ended`}>
          <KeyList keys={ended} {...rest} />
        </Fold>
      )}
    </>
  );
}

function KeyList({ keys, ...rest }: { readonly keys: readonly ApiKey[] } & Omit<CardProps, 'of'>) {
  if (keys.length === 0) return null;
  return (
    <ul class="cards">
      {keys.map((key) => (
        <KeyCard key={key.keyId} of={key} {...rest} />
      ))}
    </ul>
  );
}

type CardProps = {
  readonly of: ApiKey;
  readonly onChange: () => void;
  readonly onRotated: (shown: Shown) => void;
};

function KeyCard({ of: key, onChange, onRotated }: CardProps) {
  const [asked, setAsked] = useState<'rename' | 'rotate' | 'revoke'>();
  const name = key.name ?? key.keyId;
  const close = (): void => setAsked(undefined);
  const changed = (): void => {
    close();
    onChange();
  };
  return (
    <li class="card">
      <div class="card-head">
        <h2>{name}</h2>
        <Badge text={key.state} kind={STATES[key.state] ?? 'warn'} />
        {key.isManaged ? <Badge text="managed for you" /> : null}
      </div>
      <KeyFacts of={key} />
      {key.isManaged ? <p class="soft">We manage this key. Get in touch with us to change it.</p> : null}
      {isUsable(key) && !key.isManaged ? (
        <div class="row" hidden={asked !== undefined}>
          {(['rename', 'rotate', 'revoke'] as const).map((what) => (
            <button
              key={what}
              type="button"
              class={what === 'revoke' ? 'danger' : ''}
              aria-label={`${LABELS[what]} ${name}`}
              onClick={() => setAsked(what)}
            >
              {LABELS[what]}
            </button>
          ))}
        </div>
      ) : null}
      {asked === undefined ? null : (
        <Ask label={`${LABELS[asked]} ${name}`} onCancel={close}>
          {asked === 'rename' ? <Rename of={key} onDone={changed} onCancel={close} /> : null}
          {asked === 'rotate' ? <Rotate of={key} onRotated={onRotated} onCancel={close} /> : null}
          {asked === 'revoke' ? <Revoke of={key} onDone={changed} onCancel={close} /> : null}
        </Ask>
      )}
    </li>
  );
}

const LABELS = { rename: 'Rename', rotate: 'Rotate', revoke: 'Revoke' } as const;

function KeyFacts({
  of: { keyId, createdAt, lastUsedAt, notAfter, revokedAt, secrets },
}: {
  readonly of: ApiKey;
}) {
  const ending = secrets.filter((secret) => secret.notAfter !== undefined);
  const facts: readonly (readonly [name: string, text: string | undefined])[] = [
    ['Id', keyId],
    ['Made', day(createdAt)],
    ['Last used', lastUsedAt === undefined ? 'never' : time(lastUsedAt)],
    ['Valid until', notAfter === undefined ? undefined : time(notAfter)],
    ['Revoked', revokedAt === undefined ? undefined : time(revokedAt)],
    ...ending.map((secret): readonly [string, string] => [
      `Secret of ${day(secret.createdAt)}`,
      `works until ${time(secret.notAfter ?? '')}`,
    ]),
  ];
  return (
    <dl class="facts">
      {facts.map(([name, text]) =>
        text === undefined ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

type AskProps = { readonly of: ApiKey; readonly onDone: () => void; readonly onCancel: () => void };

function Rename({ of: key, onDone, onCancel }: AskProps) {
  const [name, setName] = useState(key.name ?? '');
  const run = async (): Promise<void> => {
    await change(pathOf(key, 'rename'), { name: name.trim() });
    onDone();
  };
  return (
    <Form label="Rename" action="Rename" run={run} onCancel={onCancel}>
      <label class="field">
        Name
        <input
          required
          maxLength={128}
          autocomplete="off"
          value={name}
          onInput={({ currentTarget }) => setName(currentTarget.value)}
        />
      </label>
    </Form>
  );
}

function Rotate({ of: key, onRotated, onCancel }: Omit<AskProps, 'onDone'> & Pick<CardProps, 'onRotated'>) {
  const [overlapSeconds, setOverlap] = useState(USUAL_OVERLAP);
  const run = async (): Promise<void> => {
    const changed = await change<ChangedKey>(pathOf(key, 'rotate'), { overlapSeconds });
    const last = endOfOldSecret(changed);
    onRotated({
      title: `The new secret of “${changed.name ?? changed.keyId}”`,
      secret: changed.key,
      note: `Copy the key now and store it safely. It cannot be shown again. ${
        last === undefined
          ? 'The old secret does not work any more.'
          : `The old secret works until ${time(last)}.`
      }`,
    });
    onCancel();
  };
  return (
    <Form label="Rotate" action="Make a new secret" run={run} onCancel={onCancel}>
      <label class="field">
        The old secret still works for
        <select
          value={overlapSeconds}
          onChange={({ currentTarget }) => setOverlap(Number(currentTarget.value))}
        >
          {OVERLAPS.map((seconds) => (
            <option key={seconds} value={seconds}>
              {seconds === 0 ? 'no time: it ends now' : duration(seconds)}
            </option>
          ))}
        </select>
      </label>
      <p class="soft">In this time, put the new key into your programs. No request fails meanwhile.</p>
    </Form>
  );
}

/** Returns when the last of the earlier secrets ends; undefined if none works any more. */
function endOfOldSecret({ secrets }: ApiKey): string | undefined {
  return secrets
    .map(({ notAfter }) => notAfter)
    .filter((end) => end !== undefined)
    .toSorted()
    .at(-1);
}

function Revoke({ of: key, onDone, onCancel }: AskProps) {
  const run = async (): Promise<void> => {
    await change(pathOf(key, 'revoke'));
    onDone();
  };
  return (
    <Form label="Revoke" action="Revoke for good" kind="danger" run={run} onCancel={onCancel}>
      <p>
        Requests with the key “{key.name ?? key.keyId}” will be refused from now on. A revoked key cannot be
        used again.
      </p>
    </Form>
  );
}

function pathOf({ keyId }: ApiKey, what: string): string {
  return `api/keys/${encodeURIComponent(keyId)}/${what}`;
}
