/** Every name and value of the corpus, in every place that shows one. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { showFunctions } from '../../../../../packages/gateway/console/endpoints/show-functions.ts';
import {
  printCurl,
  printFetch,
  printPython,
  printTest,
} from '../../../../../packages/gateway/console/page/traffic/snippets.ts';
import { toHar } from '../../../../../packages/gateway/console/records/har.ts';
import { createRedactor } from '../../../../../packages/gateway/console/records/redact.ts';
import { aRecordedApi } from '../../../../support/recorded-apis.ts';
import { restApi } from '../../../../support/rest-apis.ts';
import { HARMLESS_CORPUS, SECRET_CORPUS } from '../../../../support/secret-corpus.ts';
import type { CorpusRow } from '../../../../support/secret-corpus.ts';

const MOST_HIDDEN = 0.02;
/** The number of characters of a masked secret that may be visible, from 16 characters on. */
const SHOWN_END = 4;
const WINDOW = 10;

const FUNCTION = {
  name: 'list',
  handler: 'index.handler',
  runtime: 'nodejs24.x',
  memorySizeMb: 128,
  timeoutSeconds: 3,
  stackName: 'stack',
};
const redactor = createRedactor('key of a test');
const list = () => ({ kind: 'returned' as const, payload: '{"statusCode":200,"body":"ok"}' });
const api = aRecordedApi(restApi({ HttpMethod: 'ANY' }), { list });

type Sent = { readonly headers?: string[]; readonly target?: string; readonly body?: string };

/** Returns everything that is shown of a record: row, detail, archive and the texts to copy. */
async function shownOf({ headers = [], target = '/dev/pets', body }: Sent): Promise<string> {
  await api.send({ method: 'POST', target, headers, ...(body !== undefined && { body }) });
  const detail = api.last();
  const texts = [printCurl, printFetch, printPython, printTest].map((print) => print(detail));
  return JSON.stringify([api.records.rows({ limit: 1 }), detail, toHar([detail], '1'), texts]);
}

function inFunction(environment: Readonly<Record<string, string>>, message = ''): string {
  const line = { functionName: 'list', requestId: undefined, level: 'INFO', epochMs: 0, message };
  const { records } = api;
  records.clear();
  records.onLine(line);
  const shown = showFunctions(
    [{ ...FUNCTION, environment }],
    () => ({ instances: 0, busy: 0, started: 0 }),
    [],
    records.lines,
    redactor,
    undefined,
  );
  return JSON.stringify(shown);
}

const parameter = ({ name, value }: CorpusRow): string => `${name}=${encodeURIComponent(value)}`;
const asJson = ({ name, value }: CorpusRow): string => JSON.stringify({ [name]: value });
const isLine = ({ value }: CorpusRow): boolean => !value.includes('\n');

/** A row in this place, as it is shown. */
const PLACES: Readonly<Record<string, (row: CorpusRow) => string | Promise<string>>> = {
  'the environment of a function': ({ name, value }) => inFunction({ [name]: value }),
  'a header': (row) => (isLine(row) ? shownOf({ headers: [row.name, row.value] }) : row.source),
  'a query': (row) => shownOf({ target: `/dev/pets?page=1&${parameter(row)}` }),
  'a body of JSON': (row) => shownOf({ body: asJson(row) }),
  'a body of JSON within JSON': (row) => shownOf({ body: JSON.stringify({ body: asJson(row) }) }),
  'a cut body of JSON': (row) => redactor.text(asJson(row).slice(0, -1)),
  'a form': (row) => shownOf({ body: `page=1&${parameter(row)}` }),
  'an address in a line': (row) => inFunction({}, `GET https://a.example/x?${parameter(row)} took 3 ms`),
  'a line of pairs': ({ name, value }) => inFunction({}, `INFO ${name}=${value}`),
  'a line like a header': ({ name, value }) => inFunction({}, `INFO ${name}: ${value}`),
  'a line with a printed object': ({ name, value }) => inFunction({}, `INFO { '${name}': '${value}' }`),
};

function isSeen(shown: string, secret: string): boolean {
  const hidden = secret.length >= 16 ? secret.slice(0, -SHOWN_END) : secret;
  const width = Math.min(WINDOW, hidden.length);
  return Array.from({ length: hidden.length - width + 1 }, (_, at) => hidden.slice(at, at + width)).some(
    (part) => shown.includes(part),
  );
}

function spellings(text: string): string {
  return `${text}\n${text.replaceAll(/%[0-9A-F]{2}/g, (byte) => String.fromCharCode(Number.parseInt(byte.slice(1), 16)))}`;
}

describe('a secret of the corpus', () => {
  it('is one of at least 100 secrets, among as many texts that only look like one', () => {
    assert.ok(SECRET_CORPUS.length >= 100 && HARMLESS_CORPUS.length >= 100);
    for (const { name, value, secret, source } of [...SECRET_CORPUS, ...HARMLESS_CORPUS])
      assert.ok(name !== '' && source !== '' && value.includes(secret), name);
  });

  for (const [place, show] of Object.entries(PLACES))
    it(`is hidden in ${place}`, async () => {
      const seen: string[] = [];
      for (const row of SECRET_CORPUS)
        if (isSeen(spellings(await show(row)), row.secret)) seen.push(`${row.name} (${row.source})`);

      assert.deepEqual(seen, []);
    });
});

describe('what only looks like a secret', () => {
  for (const [place, show] of Object.entries(PLACES))
    it(`stays in ${place}`, async () => {
      const hidden: string[] = [];
      for (const row of HARMLESS_CORPUS)
        if (/\[[0-9a-f]{8}(?:\.\..{4})?\]/.test(spellings(await show(row)))) hidden.push(row.name);

      assert.ok(hidden.length <= MOST_HIDDEN * HARMLESS_CORPUS.length, hidden.join(', '));
    });
});
