/** Builds the request of try-it, and reads its response. The key is sent only to the API. */
import type { Credential, Operation, Parameter } from './operations.ts';

type Filled = {
  /** Values by location and name, such as `query limit`. */
  readonly values: Readonly<Record<string, string>>;
  readonly body: string;
  readonly contentType: string | undefined;
  readonly credential: Credential | undefined;
  readonly key: string;
};

type TryRequest = {
  readonly url: string;
  readonly method: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | undefined;
};

export type TryAnswer = {
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  readonly tookMs: number;
};

const ANSWER_LIMIT_BYTES = 200_000;
const DEADLINE_MS = 30_000;
const WITHOUT_BODY: ReadonlySet<string> = new Set(['GET', 'HEAD']);
/** @see RFC 9110, sections 5.1 and 5.5 */
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e]*$/;

/**
 * Returns a sentence if the request cannot be built.
 * @param base URL of the API
 */
export function buildRequest(base: string, operation: Operation, filled: Filled): TryRequest | string {
  const { method, path, parameters } = operation;
  const { values, body, contentType, credential, key } = filled;
  const valueOf = (parameter: Parameter): string => values[fieldOf(parameter)] ?? '';
  const missing = parameters.find((each) => each.isRequired && each.in !== 'cookie' && valueOf(each) === '');
  if (missing !== undefined) return `Fill in “${missing.name}”.`;
  const ofPlace = (place: Parameter['in']): readonly Parameter[] =>
    parameters.filter((each) => each.in === place && valueOf(each) !== '');
  const inPath = new Map(ofPlace('path').map((each) => [each.name, encodeURIComponent(valueOf(each))]));
  // A path segment that consists only of dots would change the path.
  if ([...inPath.values()].some((text) => /^\.{1,2}$/.test(text)))
    return 'A parameter of the path must not be “.” or “..”.';
  const filledPath = path.replace(/\{([^{}]+)\}/g, (whole, name: string) => inPath.get(name) ?? whole);
  const query = new URLSearchParams(
    ofPlace('query').map((each): [string, string] => [each.name, valueOf(each)]),
  );
  const headers = ofPlace('header').map((each): [string, string] => [each.name, valueOf(each)]);
  if (key !== '' && credential !== undefined)
    headers.push(
      credential.kind === 'bearer' ? ['authorization', `Bearer ${key}`] : [credential.header, key],
    );
  const hasBody = body !== '' && !WITHOUT_BODY.has(method);
  if (hasBody && contentType !== undefined) headers.push(['content-type', contentType]);
  const odd = headers.find(([name, value]) => !HEADER_NAME.test(name) || !HEADER_VALUE.test(value));
  if (odd !== undefined) return `The header “${odd[0]}” has characters that a header cannot have.`;
  const slash = filledPath.startsWith('/') ? '' : '/';
  const asked = query.size === 0 ? '' : `?${query.toString()}`;
  return {
    url: `${base.replace(/\/+$/, '')}${slash}${filledPath}${asked}`,
    method,
    headers,
    body: hasBody ? body : undefined,
  };
}

/** Returns the name of a parameter's value in `values`. */
export function fieldOf({ in: place, name }: Pick<Parameter, 'in' | 'name'>): string {
  return `${place} ${name}`;
}

/**
 * Sends the request. Returns a sentence if there is no response that the browser may show.
 * @param page origin of this page
 */
export async function sendRequest(
  { url, method, headers, body }: TryRequest,
  page: string,
): Promise<TryAnswer | string> {
  const from = performance.now();
  try {
    const response = await fetch(url, {
      method,
      headers: new Headers(headers.map(([name, value]) => [name, value])),
      ...(body !== undefined && { body }),
      mode: 'cors',
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      // Following a redirect would send the key to another address.
      redirect: 'manual',
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    if (response.type === 'opaqueredirect')
      return 'The API answered with a redirect. It was not followed, because the key would be sent to another address.';
    return {
      status: response.status,
      statusText: response.statusText,
      headers: [...response.headers],
      body: await readBody(response),
      tookMs: performance.now() - from,
    };
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError')
      return 'The API did not answer within 30 seconds.';
    return (
      `The browser could not read a response. Either the API cannot be reached, or it does not allow requests from ${page} ` +
      '(CORS). Try the same request with another program, such as curl.'
    );
  }
}

async function readBody(response: Response): Promise<string> {
  const type = response.headers.get('content-type') ?? '';
  const reader = response.body?.getReader();
  if (reader === undefined) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    size += value.length;
    if (size > ANSWER_LIMIT_BYTES) {
      await reader.cancel();
      break;
    }
  }
  const text = await new Blob(chunks.map((chunk) => chunk.slice())).text();
  const cut = size > ANSWER_LIMIT_BYTES ? '\n… cut after 200 KB' : '';
  return `${printBody(text.slice(0, ANSWER_LIMIT_BYTES), type, cut === '')}${cut}`;
}

/**
 * Formats JSON with line breaks and indentation, and leaves other text unchanged. For anything else, returns only the
 * size.
 */
export function printBody(text: string, type: string, isWhole = true): string {
  if (/^(image|audio|video|font)\/(?!svg)|\/(zip|pdf|octet-stream)\b/.test(type))
    return `${text.length} characters of ${type}`;
  if (isWhole && /[/+]json\b/.test(type))
    try {
      return JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      return text;
    }
  return text;
}
