/** The AWS operation that a request asks for, by protocol. */
import { parseJsonObject } from './json-object.ts';
import type { JsonObject } from './json-object.ts';

export type AwsOperation =
  /** `X-Amz-Target: Prefix.Action` with JSON. `input` is undefined where the body is no JSON object. */
  | {
      readonly protocol: 'json';
      readonly prefix: string;
      readonly action: string;
      readonly input: JsonObject | undefined;
    }
  /** `Action=…` in the query or in a form body. */
  | { readonly protocol: 'query'; readonly action: string; readonly parameters: URLSearchParams }
  | { readonly protocol: 'rest' };

type OperationRequest = {
  /** Flat name, value list. */
  readonly headers: readonly string[];
  /** Without the question mark. */
  readonly query: string;
  readonly body: string | Buffer | undefined;
};

const TARGET = /^([A-Za-z0-9_]+)\.([A-Za-z]+)$/;

/** Unknown calls are `rest`. */
export function readOperation(request: OperationRequest): AwsOperation {
  const text = request.body?.toString() ?? '';
  const target = TARGET.exec(lastHeader(request, 'x-amz-target') ?? '');
  if (target !== null)
    return {
      protocol: 'json',
      prefix: target[1] ?? '',
      action: target[2] ?? '',
      input: parseJsonObject(text === '' ? '{}' : text),
    };
  const contentType = lastHeader(request, 'content-type') ?? '';
  const form = contentType.startsWith('application/x-www-form-urlencoded') ? text : '';
  // The last of a name counts for every reader. Attack: a permission is asked for the first, and the last is served.
  const given = new Map([...new URLSearchParams(request.query), ...new URLSearchParams(form)]);
  const parameters = new URLSearchParams([...given]);
  const action = parameters.get('Action');
  return action === null ? { protocol: 'rest' } : { protocol: 'query', action, parameters };
}

function lastHeader({ headers }: OperationRequest, name: string): string | undefined {
  const at = headers.findLastIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name);
  return at === -1 ? undefined : headers[at + 1];
}
