/** One operation of the reference. Texts of the document are shown as they are, never as markup. */
import { Badge } from '../elements/parts.tsx';
import { describeSchema } from './schema.ts';
import type { SchemaNode } from './schema.ts';
import type { Json } from '@gatewright/aws/json-object';
import type { Content, Operation } from './operations.ts';
import { TryIt } from './try-it.tsx';
import type { TryKey } from './try-it.tsx';

type Props = {
  readonly document: Json;
  readonly url: string;
  readonly operation: Operation;
  readonly tryKey: TryKey;
};

export function OperationView({ document, url, operation, tryKey }: Props) {
  const { description, parameters, body, answers } = operation;
  return (
    <div class="operation">
      {description === undefined ? null : <p class="pre-line">{description}</p>}
      {parameters.length === 0 ? null : (
        <section aria-label="Parameters">
          <h3>Parameters</h3>
          <ul class="members">
            {parameters.map((each) => (
              <li key={`${each.in} ${each.name}`}>
                <code>{each.name}</code> <span class="soft">in {each.in}</span>{' '}
                <Required isRequired={each.isRequired} />
                {each.description === undefined ? null : <p class="pre-line">{each.description}</p>}
                {each.schema === undefined ? null : <Schema node={describeSchema(document, each.schema)} />}
              </li>
            ))}
          </ul>
        </section>
      )}
      {body === undefined ? null : (
        <section aria-label="Body">
          <h3>Body</h3>
          {body.description === undefined ? null : <p class="pre-line">{body.description}</p>}
          <Contents document={document} contents={body.contents} />
        </section>
      )}
      <section aria-label="Answers">
        <h3>Answers</h3>
        {answers.length === 0 ? <p class="soft">The API document lists no responses.</p> : null}
        {answers.map(({ status, description: text, contents }) => (
          <div class="answer" key={status}>
            <p>
              <strong>{status}</strong> {text}
            </p>
            <Contents document={document} contents={contents} />
          </div>
        ))}
      </section>
      <TryIt key={operation.id} url={url} operation={operation} tryKey={tryKey} />
    </div>
  );
}

function Required({ isRequired }: { readonly isRequired: boolean }) {
  return isRequired ? <Badge text="required" /> : null;
}

function Contents({
  document,
  contents,
}: {
  readonly document: Json;
  readonly contents: readonly Content[];
}) {
  return (
    <>
      {contents.map(({ type, schema, example }) => (
        <div key={type}>
          <p class="soft">{type}</p>
          {schema === undefined ? null : <Schema node={describeSchema(document, schema)} />}
          {example === undefined || example === '' ? null : (
            <details>
              <summary>Example</summary>
              <pre tabIndex={0}>{example}</pre>
            </details>
          )}
        </div>
      ))}
    </>
  );
}

function Schema({ node: { type, description, facts, members } }: { readonly node: SchemaNode }) {
  return (
    <div class="schema">
      <p>
        <span class="soft">{[type, ...facts].join(' · ')}</span>
      </p>
      {description === undefined ? null : <p class="pre-line">{description}</p>}
      {members.length === 0 ? null : (
        <ul class="members">
          {members.map(({ name, isRequired, node }, index) => (
            <li key={`${index} ${name}`}>
              <code>{name}</code> <Required isRequired={isRequired} />
              <Schema node={node} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
