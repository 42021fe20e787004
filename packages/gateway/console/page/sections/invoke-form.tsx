/** Calls a function with an event: a sample of a source, or what is typed. */
import { useState } from 'preact/hooks';
import { fetchControl } from '../connection/control.ts';
import { JsonEditor } from '../elements/json-editor.tsx';
import { Action } from '../elements/parts.tsx';
import { SAMPLE_EVENTS } from '../data/sample-events.ts';
import { ms } from '../texts.ts';

type Answer = { readonly kind: string; readonly answer: string; readonly tookMs: number };

export function InvokeForm({ name }: { readonly name: string }) {
  const [text, setText] = useState('{}');
  const [answer, setAnswer] = useState<Answer>();
  const invoke = async (): Promise<void> => {
    setAnswer(undefined);
    setAnswer(
      await fetchControl<Answer>('POST', 'console/functions/invoke', { function: name, payload: text }),
    );
  };
  return (
    <details class="shown">
      <summary>Invoke with an event</summary>
      <div class="row">
        <select
          aria-label="Sample event"
          onChange={({ currentTarget }) => {
            const sample = SAMPLE_EVENTS.find(({ source }) => source === currentTarget.value);
            if (sample !== undefined) setText(JSON.stringify(sample.event, null, 2));
          }}
        >
          <option value="">a sample of …</option>
          {SAMPLE_EVENTS.map(({ source }) => (
            <option key={source}>{source}</option>
          ))}
        </select>
        <Action label="Invoke" kind="main-action" run={invoke} />
      </div>
      <JsonEditor value={text} label="Event" onChange={setText} />
      {answer === undefined ? null : (
        <section aria-label="Answer" role="status">
          <p class={answer.kind === 'returned' ? '' : 'wrong'}>
            {answer.kind} <span class="soft">{ms(answer.tookMs)}</span>
          </p>
          <pre tabIndex={0}>{answer.answer}</pre>
        </section>
      )}
    </details>
  );
}
