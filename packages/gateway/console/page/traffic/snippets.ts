/** Formats a request as text to paste into a shell or an editor. Secrets are shown or masked as in the panel. */
import type { RequestDetail } from '../../records/model.ts';

/** A copy of the list in packages/base/aws/connection-headers.ts. */
export const CONNECTION_HEADERS: readonly string[] = [
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** Headers that every client adds itself, or that `fetch` refuses. */
export const OF_CLIENT: ReadonlySet<string> = new Set([
  ...CONNECTION_HEADERS,
  'accept-encoding',
  'expect',
  'host',
]);

type Header = readonly [name: string, value: string];

function addressOf({ url, target }: RequestDetail): string {
  return url ?? target;
}

function headersOf({ request }: RequestDetail): readonly Header[] {
  return request.headers.filter(([name]) => !OF_CLIENT.has(name.toLowerCase()));
}

function hasType({ request }: RequestDetail): boolean {
  return request.headers.some(([name]) => name.toLowerCase() === 'content-type');
}

/** Returns a warning if only a part of the body was recorded. */
function warningOf({ request }: RequestDetail, mark: '#' | '//'): string {
  const bytes = request.body?.cutFrom;
  return bytes === undefined
    ? ''
    : `${mark} The body had ${bytes} bytes; only the first 16 KB were kept, and this code sends only these.\n`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

export function printCurl(detail: RequestDetail): string {
  const { method, request } = detail;
  const { body } = request;
  // With `-X HEAD`, curl would wait for a body, so `-I` is used.
  const words = [method === 'HEAD' ? 'curl -I' : `curl -i -X ${method}`];
  // curl would remove a header that has a name without a value.
  for (const [name, value] of headersOf(detail))
    words.push(`-H ${quote(value === '' ? `${name};` : `${name}: ${value}`)}`);
  if (body !== undefined) {
    // Without this option, curl sends the content type of a form.
    if (!hasType(detail)) words.push("-H 'Content-Type:'");
    words.push(body.form === 'binary' ? '--data-binary @-' : `--data-raw ${quote(body.text)}`);
  }
  const decoded = body?.form === 'binary' ? `printf %s ${quote(body.text)} | base64 -d | ` : '';
  return `${warningOf(detail, '#')}${decoded}${[...words, quote(addressOf(detail))].join(' \\\n  ')}`;
}

/** Formats a script that uses Python's `requests` package. */
export function printPython(detail: RequestDetail): string {
  const { method, request } = detail;
  const headers = headersOf(detail);
  const names = new Set(headers.map(([name]) => name.toLowerCase()));
  // A dictionary cannot contain a name twice. Servers treat values that are joined by a comma like repeated headers.
  const joined = [...names].map((name): Header => {
    const same = headers.filter(([one]) => one.toLowerCase() === name);
    return [same[0]?.[0] ?? name, same.map(([, value]) => value).join(', ')];
  });
  const fields = [
    JSON.stringify(method),
    pythonText(addressOf(detail)),
    ...(joined.length === 0
      ? []
      : [
          `headers={\n${joined.map(([name, value]) => `        ${pythonText(name)}: ${pythonText(value)},\n`).join('')}    }`,
        ]),
    ...pythonBody(request.body),
    'allow_redirects=False',
  ];
  const isBinary = request.body?.form === 'binary';
  return `${warningOf(detail, '#')}${isBinary ? 'import base64\n' : ''}import requests

response = requests.request(
${fields.map((field) => `    ${field},\n`).join('')})
print(response.status_code, response.text)
`;
}

function pythonBody(body: RequestDetail['request']['body']): readonly string[] {
  if (body === undefined) return [];
  return body.form === 'binary'
    ? [`data=base64.b64decode(${pythonText(body.text)})`]
    : [`data=${pythonText(body.text)}.encode()`];
}

/**
 * Formats a string for Python. JSON's escapes are valid in Python, except for unpaired surrogates, which Python would
 * keep.
 */
function pythonText(text: string): string {
  return JSON.stringify(text.toWellFormed());
}

export function printFetch(detail: RequestDetail): string {
  return `${warningOf(detail, '//')}await ${printCall(detail)};`;
}

function printCall(detail: RequestDetail): string {
  const { method, request } = detail;
  const headers = headersOf(detail);
  const names = new Set(headers.map(([name]) => name.toLowerCase()));
  const fields = [
    `"method": ${JSON.stringify(method)}`,
    // The headers are printed as an object if their names are unique, for readability.
    `"headers": ${indent(names.size === headers.length ? Object.fromEntries(headers) : headers)}`,
  ];
  const { body } = request;
  if (body?.form === 'binary')
    fields.push(`"body": Uint8Array.from(atob(${JSON.stringify(body.text)}), (char) => char.charCodeAt(0))`);
  else if (body !== undefined) fields.push(`"body": ${JSON.stringify(body.text)}`);
  return `fetch(${JSON.stringify(addressOf(detail))}, {\n  ${fields.join(',\n  ')}\n})`;
}

function indent(value: object): string {
  return JSON.stringify(value, null, 2).replaceAll('\n', '\n  ');
}

export function printTest(detail: RequestDetail): string {
  const { method, target, status } = detail;
  return `import assert from 'node:assert/strict';
import { it } from 'node:test';

${warningOf(detail, '//')}it(${JSON.stringify(`answers ${method} ${target} with ${status}`)}, async () => {
  const response = await ${printCall(detail).replaceAll('\n', '\n  ')};

  assert.equal(response.status, ${status});
});
`;
}
