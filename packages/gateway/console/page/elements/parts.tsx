import { useState } from 'preact/hooks';
import { closeMeaning, dateTime, statusKind } from '../texts.ts';
import type { ComponentChildren } from 'preact';
import type { Shown } from '../../records/model.ts';

export function Status({ value }: { readonly value: number }) {
  return (
    <span class={`status ${statusKind(value)}`} title={closeMeaning(value)}>
      {value === 0 ? '-' : value}
    </span>
  );
}

export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <strong>{title}</strong>
      {children === undefined ? null : <p>{children}</p>}
    </div>
  );
}

export function Problem({ text }: { readonly text: string | undefined }) {
  return text === undefined ? null : (
    <p class="problem" role="alert">
      {text}
    </p>
  );
}

/** Shows a time, which is not broken at its hyphens. */
export function Instant({ at }: { readonly at: string | number }) {
  const time = new Date(at);
  return (
    <time class="whole" dateTime={time.toISOString()}>
      {dateTime(time.getTime())}
    </time>
  );
}

/** Says what is still being read, or why it could not be read. The text appears late, so that it does not flicker. */
export function Reading({
  what,
  of: { data, error },
}: {
  readonly what: string;
  readonly of: { readonly data: unknown; readonly error: string | undefined };
}) {
  return data === undefined && error === undefined ? (
    <p class="soft reading">Reading {what} …</p>
  ) : (
    <Problem text={error} />
  );
}

/** Shows a table that scrolls sideways if it is wider than the window. It can also be scrolled by keyboard. */
export function TableBox({
  label,
  isCard = false,
  children,
}: {
  readonly label: string;
  readonly isCard?: boolean;
  readonly children: ComponentChildren;
}) {
  return (
    <div class={isCard ? 'table-box card' : 'table-box'} role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}

/** Shows a number cell, with a label for narrow screens, where tables become lists. */
export function NumberCell({
  column,
  isWrong = false,
  children,
}: {
  readonly column: string;
  readonly isWrong?: boolean;
  readonly children: ComponentChildren;
}) {
  return (
    <td class={isWrong ? 'number wrong' : 'number'} data-column={column}>
      {children}
    </td>
  );
}

/** Shows the head of a section, with the section's purpose and actions. */
export function SectionHead({
  title,
  about,
  children,
}: {
  readonly title: string;
  readonly about: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <header class="section-head">
      <div>
        <h1>{title}</h1>
        <p class="soft">{about}</p>
      </div>
      {children === undefined ? null : <div class="actions">{children}</div>}
    </header>
  );
}

/** Shows a button whose action may fail; the error is shown next to it. */
export function Action({
  label,
  run,
  kind = '',
  title,
}: {
  readonly label: string;
  readonly run: () => Promise<unknown>;
  readonly kind?: string;
  readonly title?: string;
}) {
  const [state, setState] = useState<'idle' | 'busy' | 'done'>('idle');
  const [problem, setProblem] = useState<string>();
  const start = (): void => {
    setState('busy');
    setProblem(undefined);
    run().then(
      () => setState('done'),
      (error: unknown) => {
        setState('idle');
        setProblem(error instanceof Error ? error.message : String(error));
      },
    );
  };
  return (
    <>
      <button type="button" class={kind} title={title} disabled={state === 'busy'} onClick={start}>
        {label}
      </button>
      <Problem text={problem} />
    </>
  );
}

export function Copy({ label, text }: { readonly label: string; readonly text: () => string }) {
  const [isDone, setDone] = useState(false);
  const copy = (): void => {
    void navigator.clipboard.writeText(text()).then(() => {
      setDone(true);
      setTimeout(() => setDone(false), 1500);
    });
  };
  return (
    <button type="button" onClick={copy}>
      {isDone ? 'Copied' : label}
    </button>
  );
}

export function ShownText({ shown, isOpen = false }: { readonly shown: Shown; readonly isOpen?: boolean }) {
  return (
    <details class="shown" open={isOpen}>
      <summary>
        {shown.title}
        {shown.cutFrom === undefined ? null : (
          <span class="soft"> the first 16 KB of {shown.cutFrom} bytes</span>
        )}
        {shown.form === 'binary' ? <span class="soft"> base64</span> : null}
      </summary>
      <pre tabIndex={0}>{shown.text}</pre>
    </details>
  );
}

export function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
