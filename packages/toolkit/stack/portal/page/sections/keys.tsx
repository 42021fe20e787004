import { useState } from 'preact/hooks';
import { change } from '../api.ts';
import {
  CredentialActions,
  endingSecrets,
  Facts,
  NameField,
  noteToCopy,
  ShownSecrets,
  useShownSecrets,
} from '../elements/credential.tsx';
import type { CredentialWords } from '../elements/credential.tsx';
import type { Shown } from '../elements/shown-secrets.ts';
import { Badge, Empty, Fold, Form, Loaded, SectionHead } from '../elements/parts.tsx';
import type { ApiKey, ChangedKey, Keys } from '@gatewright/handlers/portal/answers';
import { aboutLastUse, day, time } from '../texts.ts';
import { useFetched } from '../use-fetched.ts';

const WORDS: CredentialWords = {
  noun: 'key',
  copied: 'key',
  rotateNote:
    'During this time, replace the old key with the new one in your programs. Both work, so no request fails.',
  revokeNote: (name) =>
    `Requests with the key “${name}” will be refused from now on. A revoked key cannot be used again.`,
};

export function KeysSection() {
  const fetched = useFetched<Keys>('api/keys');
  const { secrets, show: showSecret, close } = useShownSecrets();
  const show = (next: Shown): void => {
    showSecret(next);
    fetched.reload();
  };
  return (
    <>
      <SectionHead title="API keys" about="Your programs send a key with each request. Keep keys secret." />
      <ShownSecrets secrets={secrets} words={WORDS} onClose={close} />
      <Loaded of={fetched}>
        {({ keys, most, left }) => (
          <>
            <NewKey most={most} left={left} onMade={show} />
            {keys.length === 0 ? (
              <Empty title="You have no keys yet.">Create the first one above.</Empty>
            ) : (
              <KeyLists keys={keys} onChange={fetched.reload} onRotated={show} />
            )}
          </>
        )}
      </Loaded>
    </>
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
  if (most === 0) return <p class="note">Keys cannot be created here. Ask us for one.</p>;
  const make = async (): Promise<void> => {
    const made = await change<ChangedKey>('api/keys', { name: name.trim() });
    setName('');
    onMade({
      // Two keys may have the same name, and each heading must be unique on the page.
      title:
        made.name === undefined ? `The new key ${made.keyId}` : `The new key “${made.name}” (${made.keyId})`,
      secret: made.key,
      note: noteToCopy(WORDS),
    });
  };
  return (
    <div class="card">
      <Form label="New key" action="Create a key" run={make}>
        <NameField
          label="Name of the new key"
          placeholder="such as production server"
          value={name}
          onInput={setName}
        />
        <p class="soft">
          {left > 0
            ? `You can create ${left} more (maximum ${most}).`
            : `You have the maximum of ${most} keys. Revoke one to create another.`}
        </p>
      </Form>
    </div>
  );
}

const STATES: Readonly<Record<string, string>> = { active: 'good', revoked: '', expired: '' };

function isUsable({ state, revokedAt }: ApiKey): boolean {
  return revokedAt === undefined && state !== 'revoked' && state !== 'expired';
}

/** Keys that have ended are still listed, in a part of the page that is closed at first. */
function KeyLists({ keys, ...rest }: { readonly keys: readonly ApiKey[] } & Omit<CardProps, 'of'>) {
  const ended = keys.filter((key) => !isUsable(key));
  const note = aboutLastUse(keys);
  return (
    <>
      {note === undefined ? null : <p class="soft">{note}</p>}
      <KeyList keys={keys.filter(isUsable)} {...rest} />
      {ended.length === 0 ? null : (
        <Fold
          label={
            ended.length === 1
              ? '1 key that has expired or was revoked'
              : `${ended.length} keys that have expired or were revoked`
          }
        >
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
  const path = `api/keys/${encodeURIComponent(key.keyId)}`;
  return (
    <li class="card">
      <div class="card-head">
        <h2>{key.name ?? key.keyId}</h2>
        <Badge text={key.state} kind={STATES[key.state] ?? 'warn'} />
        {key.isManaged ? <Badge text="managed for you" /> : null}
      </div>
      <KeyFacts of={key} />
      {key.isManaged ? <p class="soft">We manage this key. Contact us to change it.</p> : null}
      {isUsable(key) && !key.isManaged ? (
        <CredentialActions
          of={{ path, id: key.keyId, name: key.name }}
          words={WORDS}
          onChange={onChange}
          onRotated={onRotated}
        />
      ) : null}
    </li>
  );
}

function KeyFacts({
  of: { keyId, createdAt, lastUsedAt, notAfter, revokedAt, secrets },
}: {
  readonly of: ApiKey;
}) {
  return (
    <Facts
      of={[
        ['Id', keyId],
        ['Made', day(createdAt)],
        ['Last used', lastUsedAt === undefined ? 'never' : time(lastUsedAt)],
        ['Valid until', notAfter === undefined ? undefined : time(notAfter)],
        ['Revoked', revokedAt === undefined ? undefined : time(revokedAt)],
        ...endingSecrets(secrets),
      ]}
    />
  );
}
