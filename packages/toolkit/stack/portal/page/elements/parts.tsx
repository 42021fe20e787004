/** Parts that several sections use. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { paragraphsOf } from '../texts.ts';
import type { Fetched } from '../use-fetched.ts';

/** Shows the heading of a section. It gets the focus when the section is opened, so that a screen reader reads it. */
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
        <h1 tabIndex={-1}>{title}</h1>
        <p class="soft">{about}</p>
      </div>
      {children === undefined ? null : <div class="row">{children}</div>}
    </header>
  );
}

export function Problem({ text }: { readonly text: string | undefined }) {
  return text === undefined ? null : (
    <p class="problem" role="alert">
      {text}
    </p>
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
      <p class="empty-title">{title}</p>
      {children === undefined ? null : <p>{children}</p>}
    </div>
  );
}

/** Shows data that was fetched, a note while it is being fetched, or the reason why it cannot be shown. */
export function Loaded<Answer>({
  of: { data, problem, reload },
  children,
}: {
  readonly of: Fetched<Answer>;
  readonly children: (data: Answer) => ComponentChildren;
}) {
  return (
    <>
      {problem === undefined ? null : (
        <div class="problem" role="alert">
          <p>{problem}</p>
          <button type="button" onClick={reload}>
            Try again
          </button>
        </div>
      )}
      {data === undefined && problem === undefined ? (
        <p class="loading" role="status">
          Loading …
        </p>
      ) : null}
      {data === undefined ? null : children(data)}
    </>
  );
}

/** Shows a form whose submission may fail. A refusal is shown below its fields, and the input is kept. */
export function Form({
  label,
  action,
  kind = 'main-action',
  run,
  onCancel,
  children,
}: {
  readonly label: string;
  /** Text of the button. */
  readonly action: string;
  readonly kind?: string;
  readonly run: () => Promise<unknown>;
  readonly onCancel?: () => void;
  readonly children?: ComponentChildren;
}) {
  const { isBusy, problem, start } = useAction(run);
  return (
    <form
      class="form"
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        start();
      }}
    >
      {children}
      <div class="row">
        <button type="submit" class={kind} disabled={isBusy}>
          {action}
        </button>
        {onCancel === undefined ? null : (
          <button type="button" onClick={onCancel}>
            Cancel
          </button>
        )}
      </div>
      <Problem text={problem} />
    </form>
  );
}

/** Shows a button whose action may fail. */
export function Action({
  label,
  name,
  kind = '',
  run,
}: {
  readonly label: string;
  /** The text for screen readers. It is needed if several buttons have the same label. */
  readonly name?: string;
  readonly kind?: string;
  readonly run: () => Promise<unknown>;
}) {
  const { isBusy, problem, start } = useAction(run);
  return (
    <>
      <button type="button" class={kind} aria-label={name} disabled={isBusy} onClick={start}>
        {label}
      </button>
      <Problem text={problem} />
    </>
  );
}

function useAction(run: () => Promise<unknown>) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const isShown = useRef(true);
  useEffect(() => {
    isShown.current = true;
    return () => {
      isShown.current = false;
    };
  }, []);
  const start = (): void => {
    if (isBusy) return;
    setBusy(true);
    setProblem(undefined);
    const end = (text?: string): void => {
      // The action may have closed the part that started it.
      if (!isShown.current) return;
      setBusy(false);
      setProblem(text);
    };
    run().then(
      () => end(),
      (error: unknown) => end(error instanceof Error ? error.message : String(error)),
    );
  };
  return { isBusy, problem, start };
}

/** Asks the member to confirm a change. The question gets the focus, and Escape closes it. */
export function Ask({
  label,
  onCancel,
  children,
}: {
  readonly label: string;
  readonly onCancel: () => void;
  readonly children: ComponentChildren;
}) {
  const box = useRef<HTMLDivElement>(null);
  // The element that opened the question. It is read now, because it loses the focus when it is hidden.
  const [opener] = useState(() => document.activeElement);
  // The focus is set before the browser paints, so that a key that is pressed as soon as the question is visible
  // reaches the question.
  useLayoutEffect(() => {
    // If there is no field, the question itself gets the focus, so that pressing Enter again does not confirm it.
    const field = box.current?.querySelector<HTMLElement>('input, select, textarea');
    (field ?? box.current)?.focus();
    return () => {
      // The opener is shown again after this part is removed.
      queueMicrotask(() => giveFocusBack(opener));
    };
  }, []);
  return (
    <div
      class="ask"
      role="group"
      tabIndex={-1}
      aria-label={label}
      ref={box}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onCancel();
      }}
    >
      {children}
    </div>
  );
}

/** Gives the focus to the opener, or to the head of the section if the change has removed the opener. */
function giveFocusBack(opener: Element | null): void {
  if (document.activeElement !== document.body) return;
  if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
  if (document.activeElement === document.body) document.querySelector<HTMLElement>('main h1')?.focus();
}

/** Shows a secret that is shown once. */
export function ShownOnce({
  title,
  secret,
  note,
  onClose,
}: {
  readonly title: string;
  readonly secret: string;
  readonly note: string;
  readonly onClose: () => void;
}) {
  const head = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => head.current?.focus(), []);
  return (
    <section class="once" aria-label={title}>
      <h2 tabIndex={-1} ref={head}>
        {title}
      </h2>
      <p>{note}</p>
      <pre class="secret" tabIndex={0} aria-label={title}>
        {secret}
      </pre>
      <div class="row">
        <Copy text={secret} />
        <button type="button" onClick={onClose}>
          I have stored it
        </button>
      </div>
    </section>
  );
}

function Copy({ text }: { readonly text: string }) {
  const [state, setState] = useState<'idle' | 'done' | 'failed'>('idle');
  const copy = (): void => {
    // In an insecure context, browsers have no clipboard API.
    const { clipboard } = navigator as { readonly clipboard?: Clipboard };
    if (clipboard === undefined) setState('failed');
    else
      clipboard.writeText(text).then(
        () => setState('done'),
        () => setState('failed'),
      );
  };
  return (
    <>
      <button type="button" class="main-action" onClick={copy}>
        {state === 'done' ? 'Copied' : 'Copy'}
      </button>
      <span class="soft" role="status">
        {state === 'failed' ? 'The browser does not allow copying here. Select the text and copy it.' : ''}
      </span>
    </>
  );
}

/** Shows a table that becomes a list of cards on narrow screens. */
export function TableBox({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}) {
  return (
    <div class="table-box" role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}

/** Shows its content on demand. The content is drawn only then, because it may be long. */
export function Fold({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{label}</summary>
      {isOpen ? <div class="folded">{children}</div> : null}
    </details>
  );
}

export function Badge({ text, kind = '' }: { readonly text: string; readonly kind?: string }) {
  return <span class={`badge ${kind}`}>{text}</span>;
}

/** Shows the owner's text. It consists of plain paragraphs. */
export function Paragraphs({ text }: { readonly text: string }) {
  return (
    <div class="prose">
      {paragraphsOf(text).map((each) => (
        <p key={each}>{each}</p>
      ))}
    </div>
  );
}
