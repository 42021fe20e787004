/** Sends a request from the browser straight to the API. The key is in the memory of this page only. */
import { useState } from 'preact/hooks';
import { Form } from '../elements/parts.tsx';
import type { Content, Operation, Parameter } from './operations.ts';
import { buildRequest, fieldOf, sendRequest } from './try-request.ts';
import type { TryAnswer } from './try-request.ts';

/** The key that the member typed. It stays when another operation is opened. */
export type TryKey = { readonly value: string; readonly set: (value: string) => void };

type Props = { readonly url: string; readonly operation: Operation; readonly tryKey: TryKey };

export function TryIt({ url, operation, tryKey }: Props) {
  const { method, path, parameters, body, credentials } = operation;
  const [values, setValues] = useState<Readonly<Record<string, string>>>(() => usualValues(parameters));
  const [contents] = [body?.contents ?? []];
  const [type, setType] = useState(contents[0]?.type);
  const [text, setText] = useState(contents[0]?.example ?? '');
  const [chosen, setChosen] = useState(0);
  const [answer, setAnswer] = useState<TryAnswer | string>();
  const credential = credentials[chosen];
  const send = async (): Promise<void> => {
    setAnswer(undefined);
    const filled = { values, body: text, contentType: type, credential, key: tryKey.value };
    const request = buildRequest(url, operation, filled);
    setAnswer(typeof request === 'string' ? request : await sendRequest(request, location.origin));
  };
  return (
    <section class="try" aria-label={`Try ${method} ${path}`}>
      <h3>Try it</h3>
      <p class="soft">The browser sends the request straight to {url}. It may change your data there.</p>
      <Form label={`Try ${method} ${path}`} action="Send" run={send}>
        {credentials.length > 1 ? (
          <label class="field">
            Credential
            <select value={chosen} onChange={({ currentTarget }) => setChosen(Number(currentTarget.value))}>
              {credentials.map(({ title }, index) => (
                <option key={title} value={index}>
                  {title}
                </option>
              ))}
            </select>
          </label>
        ) : null}
        {credential === undefined ? null : (
          <label class="field">
            {credential.title}
            <input
              type="password"
              autocomplete="off"
              spellcheck={false}
              value={tryKey.value}
              onInput={({ currentTarget }) => tryKey.set(currentTarget.value)}
            />
          </label>
        )}
        <Fields parameters={parameters} values={values} onChange={setValues} />
        {body === undefined || method === 'GET' || method === 'HEAD' ? null : (
          <Body contents={contents} type={type} text={text} onType={setType} onText={setText} />
        )}
      </Form>
      <div role="status">{answer === undefined ? null : <AnswerView of={answer} />}</div>
    </section>
  );
}

function usualValues(parameters: readonly Parameter[]): Readonly<Record<string, string>> {
  const required = parameters.filter(({ isRequired, example }) => isRequired && example !== undefined);
  return Object.fromEntries(required.map((each) => [fieldOf(each), each.example ?? '']));
}

function Fields({
  parameters,
  values,
  onChange,
}: {
  readonly parameters: readonly Parameter[];
  readonly values: Readonly<Record<string, string>>;
  readonly onChange: (values: Readonly<Record<string, string>>) => void;
}) {
  return (
    <>
      {parameters.map((each) =>
        each.in === 'cookie' ? (
          <p class="soft" key={fieldOf(each)}>
            The cookie {each.name} cannot be sent from here.
          </p>
        ) : (
          <label class="field" key={fieldOf(each)}>
            {each.name} ({each.in}
            {each.isRequired ? ', required' : ''})
            <input
              autocomplete="off"
              spellcheck={false}
              placeholder={each.example}
              value={values[fieldOf(each)] ?? ''}
              onInput={({ currentTarget }) => onChange({ ...values, [fieldOf(each)]: currentTarget.value })}
            />
          </label>
        ),
      )}
    </>
  );
}

function Body({
  contents,
  type,
  text,
  onType,
  onText,
}: {
  readonly contents: readonly Content[];
  readonly type: string | undefined;
  readonly text: string;
  readonly onType: (type: string) => void;
  readonly onText: (text: string) => void;
}) {
  const choose = (next: string): void => {
    onType(next);
    onText(contents.find((each) => each.type === next)?.example ?? '');
  };
  return (
    <>
      {contents.length > 1 ? (
        <label class="field">
          Content type
          <select value={type} onChange={({ currentTarget }) => choose(currentTarget.value)}>
            {contents.map((each) => (
              <option key={each.type} value={each.type}>
                {each.type}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      <label class="field">
        Body{type === undefined ? '' : ` (${type})`}
        <textarea
          rows={8}
          spellcheck={false}
          value={text}
          onInput={({ currentTarget }) => onText(currentTarget.value)}
        />
      </label>
    </>
  );
}

function AnswerView({ of }: { readonly of: TryAnswer | string }) {
  if (typeof of === 'string') return <p class="note">{of}</p>;
  const { status, statusText, headers, body, tookMs } = of;
  return (
    <div class="answer">
      <p>
        <span class={status < 400 ? 'badge good' : 'badge bad'}>
          {status} {statusText}
        </span>{' '}
        <span class="soft">after {Math.round(tookMs)} ms</span>
      </p>
      <details>
        <summary>
          {headers.length === 1 ? '1 header' : `${headers.length} headers`} that the API shows to browsers
        </summary>
        <pre tabIndex={0}>{headers.map(([name, value]) => `${name}: ${value}`).join('\n')}</pre>
      </details>
      {body === '' ? <p class="soft">The body is empty.</p> : <pre tabIndex={0}>{body}</pre>}
    </div>
  );
}
