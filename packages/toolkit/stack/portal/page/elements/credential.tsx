/**
 * Parts that the cards of keys and of endpoints share: a secret that is shown once, and the changes that a member can
 * make.
 */
import { NO_SECRETS, withoutSecret, withSecret } from './shown-secrets.ts';
import type { ListOfSecrets, Shown } from './shown-secrets.ts';
import { useState } from 'preact/hooks';
import { change } from '../api.ts';
import { day, duration, time } from '../texts.ts';
import { Ask, Form, ShownOnce } from './parts.tsx';

type Secrets = readonly { readonly createdAt: string; readonly notAfter?: string | undefined }[];

/** The words for this kind of credential. */
export type CredentialWords = {
  /** Such as `key`. */
  readonly noun: string;
  /** The word for the text that is copied, such as `key` or `secret`. */
  readonly copied: string;
  /** Instruction for the time in which the old and the new secret work. */
  readonly rotateNote: string;
  readonly revokeNote: (name: string) => string;
};

type Credential = {
  /** The path to which changes of the credential are sent, such as `api/keys/k1`. */
  readonly path: string;
  readonly id: string;
  readonly name: string | undefined;
};

const OVERLAPS = [0, 3600, 86_400, 7 * 86_400, 30 * 86_400];
const USUAL_OVERLAP = 86_400;

export function noteToCopy({ copied }: CredentialWords): string {
  return `Copy the ${copied} now and store it safely. It cannot be shown again.`;
}

/** Shows each secret until its reader has stored it, the newest first. */
export function useShownSecrets(): {
  readonly secrets: ListOfSecrets;
  readonly show: (shown: Shown) => void;
  readonly close: (id: number) => void;
} {
  const [secrets, setSecrets] = useState(NO_SECRETS);
  return {
    secrets,
    show: (shown) => setSecrets((before) => withSecret(before, shown)),
    close: (id) => setSecrets((before) => withoutSecret(before, id)),
  };
}

export function ShownSecrets({
  secrets,
  words,
  onClose,
}: {
  readonly secrets: ListOfSecrets;
  readonly words: CredentialWords;
  readonly onClose: (id: number) => void;
}) {
  return (
    <>
      {secrets.map(({ id, shown }) => (
        <ShownSecret key={id} shown={shown} words={words} onClose={() => onClose(id)} />
      ))}
    </>
  );
}

function ShownSecret({
  shown: { title, secret, note },
  words: { noun },
  onClose,
}: {
  readonly shown: Shown;
  readonly words: CredentialWords;
  readonly onClose: () => void;
}) {
  if (secret !== undefined) return <ShownOnce title={title} secret={secret} note={note} onClose={onClose} />;
  return (
    <div class="note" role="alert">
      <p>
        The change was made, but the response with the secret was lost, and the secret cannot be shown again.
        Rotate the {noun} to get another secret.
      </p>
      <button type="button" onClick={onClose}>
        Close
      </button>
    </div>
  );
}

type ActionsProps = {
  readonly of: Credential;
  readonly words: CredentialWords;
  readonly onChange: () => void;
  readonly onRotated: (shown: Shown) => void;
};

/** Shows the buttons of a credential that a member can change, and the question that each of them opens. */
export function CredentialActions({ of, words, onChange, onRotated }: ActionsProps) {
  const [asked, setAsked] = useState<'rename' | 'rotate' | 'revoke'>();
  const name = of.name ?? of.id;
  const close = (): void => setAsked(undefined);
  const changed = (): void => {
    close();
    onChange();
  };
  return (
    <>
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
      {asked === undefined ? null : (
        <Ask label={`${LABELS[asked]} ${name}`} onCancel={close}>
          {asked === 'rename' ? <Rename of={of} onDone={changed} onCancel={close} /> : null}
          {asked === 'rotate' ? (
            <Rotate of={of} words={words} onRotated={onRotated} onCancel={close} />
          ) : null}
          {asked === 'revoke' ? <Revoke of={of} words={words} onDone={changed} onCancel={close} /> : null}
        </Ask>
      )}
    </>
  );
}

const LABELS = { rename: 'Rename', rotate: 'Rotate', revoke: 'Revoke' } as const;

/** Shows the facts of a card: names and texts. A fact without a text is left out. */
export function Facts({
  of,
}: {
  readonly of: readonly (readonly [name: string, text: string | undefined])[];
}) {
  return (
    <dl class="facts">
      {of.map(([name, text]) =>
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

/** Returns a fact for each secret that is valid only until a certain time. */
export function endingSecrets(secrets: Secrets): readonly (readonly [name: string, text: string])[] {
  return secrets.flatMap(({ createdAt, notAfter }) =>
    notAfter === undefined ? [] : [[`Secret of ${day(createdAt)}`, `works until ${time(notAfter)}`] as const],
  );
}

export function NameField({
  label,
  placeholder,
  value,
  onInput,
}: {
  readonly label: string;
  readonly placeholder?: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
}) {
  return (
    <label class="field">
      {label}
      <input
        required
        maxLength={128}
        autocomplete="off"
        placeholder={placeholder}
        value={value}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
      />
    </label>
  );
}

type AskProps = { readonly of: Credential; readonly onDone: () => void; readonly onCancel: () => void };

function Rename({ of, onDone, onCancel }: AskProps) {
  const [name, setName] = useState(of.name ?? '');
  const run = async (): Promise<void> => {
    await change(`${of.path}/rename`, { name: name.trim() });
    onDone();
  };
  return (
    <Form label="Rename" action="Rename" run={run} onCancel={onCancel}>
      <NameField label="Name" value={name} onInput={setName} />
    </Form>
  );
}

/** The response to a rotation contains the secret of an endpoint in `secret`, and a whole key in `key`. */
type Rotated = { readonly key?: string; readonly secret?: string; readonly secrets: Secrets };

function Rotate({
  of,
  words,
  onRotated,
  onCancel,
}: Pick<ActionsProps, 'of' | 'words' | 'onRotated'> & Pick<AskProps, 'onCancel'>) {
  const [overlapSeconds, setOverlap] = useState(USUAL_OVERLAP);
  const run = async (): Promise<void> => {
    const { key, secret = key, secrets } = await change<Rotated>(`${of.path}/rotate`, { overlapSeconds });
    const last = endOfOldSecret(secrets);
    onRotated({
      title: `The new secret of “${of.name ?? of.id}”`,
      secret,
      note: `${noteToCopy(words)} ${
        last === undefined
          ? 'The old secret does not work any more.'
          : `The old secret works until ${time(last)}.`
      }`,
    });
    onCancel();
  };
  return (
    <Form label="Rotate" action="Create a new secret" run={run} onCancel={onCancel}>
      <label class="field">
        The old secret still works for
        <select
          value={overlapSeconds}
          onChange={({ currentTarget }) => setOverlap(Number(currentTarget.value))}
        >
          {OVERLAPS.map((seconds) => (
            <option key={seconds} value={seconds}>
              {seconds === 0 ? '0 seconds (it ends now)' : duration(seconds)}
            </option>
          ))}
        </select>
      </label>
      <p class="soft">{words.rotateNote}</p>
    </Form>
  );
}

/** Returns when the last of the earlier secrets ends; undefined if none works any more. */
function endOfOldSecret(secrets: Secrets): string | undefined {
  return secrets
    .map(({ notAfter }) => notAfter)
    .filter((end) => end !== undefined)
    .toSorted()
    .at(-1);
}

function Revoke({ of, words, onDone, onCancel }: AskProps & Pick<ActionsProps, 'words'>) {
  const run = async (): Promise<void> => {
    await change(`${of.path}/revoke`);
    onDone();
  };
  return (
    <Form label="Revoke" action="Revoke for good" kind="danger" run={run} onCancel={onCancel}>
      <p>{words.revokeNote(of.name ?? of.id)}</p>
    </Form>
  );
}
