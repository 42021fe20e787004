/**
 * Each kind of surprise is described in the explanation, marked in the list and given as JSON; similar requests are
 * not.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { SURPRISE_KINDS } from '../../../../../packages/gateway/console/surprises/kinds.ts';
import { RequestRecords } from '../../../../../packages/gateway/console/records/request-records.ts';
import { createSystemClock } from '../../../../../packages/gateway/server/adapters/system-clock.ts';
import { aStack } from '../../../../support/a-stack.ts';
import { ON } from '../../../../support/cached-apis.ts';
import { stagedApi } from '../../../../support/logged-apis.ts';
import { ok, policy, TOKEN, withAuthorizer } from '../../../../support/rest-apis.ts';
import { MORE_SURPRISES } from './header-rows.ts';
import { CODE_LINES } from '../../../../../packages/gateway/console/surprises/code-lines.ts';
import { CODE_LINE_ROWS, OUTSIDE_OF_CODE, RETURNED_ONE_OF_TWO, WITH_OWN_LINE } from './code-line-rows.ts';
import { REPLIES } from './reply-rows.ts';
import { http, SURPRISES } from './surprise-rows.ts';
import { ADDRESSES } from './address-rows.ts';
import { CALLERS } from './caller-rows.ts';
import { HANDLERS } from './handler-rows.ts';
import { ORDINARY } from './ordinary-rows.ts';
import { LAMBDA } from './lambda-rows.ts';
import { REQUEST_ROWS } from './request-rows.ts';
import { RESULTS } from './result-rows.ts';
import { SILENT } from './silent-rows.ts';
import { TEMPLATES } from './template-rows.ts';
import { UNREAD } from './unread-rows.ts';
import { MODELS } from './model-rows.ts';
import { VALUES } from './value-rows.ts';
import type { RequestDetail } from '../../../../../packages/gateway/console/records/model.ts';
import type { Served, SurpriseRow } from './surprise-rows.ts';
import type { TestRequest } from '../../../../support/an-api.ts';

const ROWS = [
  ...SURPRISES,
  ...REPLIES,
  ...MORE_SURPRISES,
  ...VALUES,
  ...MODELS,
  ...TEMPLATES,
  ...HANDLERS,
  ...LAMBDA,
  ...ADDRESSES,
  ...RESULTS,
  ...CALLERS,
  ...SILENT,
  ...REQUEST_ROWS,
  ...UNREAD,
];
const API = { type: 'AWS::ApiGateway::RestApi', id: 'abcdefghij', properties: { Name: 'pets' } };

/** Returns what is recorded of the last of these requests. */
async function detailOf(
  { ports, send }: Served,
  requests: readonly (TestRequest | undefined)[],
  { handler, resources }: Pick<SurpriseRow, 'handler' | 'resources'> = {},
): Promise<RequestDetail> {
  const stacks = [aStack({ Api: API, ...resources })];
  const records = new RequestRecords(100, createSystemClock(), 'key of a test');
  records.readStacks = () => stacks;
  if (handler !== undefined)
    records.readHandler = () => ({ file: 'src/index.js', text: handler, environment: [] });
  ports.records = records;
  for (const request of requests) if (request !== undefined) await send(request);
  const detail = records.detail('last');
  const [row] = records.rows();
  assert.ok(detail !== undefined && row !== undefined, 'nothing was recorded');
  assert.deepEqual(row.notes, detail.notes, 'the list and the detail have the same notes');
  return detail;
}

function checkValues(
  found: Readonly<Record<string, unknown>> | undefined,
  expected: SurpriseRow['values'],
): void {
  for (const [name, value] of Object.entries(expected))
    if (value instanceof RegExp) assert.match(String(found?.[name]), value);
    else assert.deepEqual(found?.[name], value, name);
}

describe('an answer that surprises', () => {
  for (const row of ROWS) {
    const { code, name = '', source, api, before, request, values, because, change, not } = row;
    const title = name === '' ? code : `${code}, ${name}`;
    it(`is described, marked and given as JSON: ${title} (${source})`, async () => {
      const { surprises, story, notes } = await detailOf(api(), [before, request], row);
      const found = surprises.find((one) => one.code === code);
      assert.ok(found, `found ${surprises.map((one) => one.code).join(', ') || 'nothing'}`);
      checkValues(found, values);
      assert.match(story.sentences.join('\n'), because);
      if (change !== undefined) assert.match(story.changes.join('\n'), change);
      const { mark } = SURPRISE_KINDS.find((kind) => kind.code === code) ?? {};
      if (mark !== undefined) assert.ok(notes.includes(mark), `the list says ${notes.join(', ')}`);
    });

    it(`is not seen in what is nearly the same: ${title}`, async () => {
      const { surprises } = await detailOf((not.api ?? api)(), [before, not.request ?? request], {
        ...row,
        ...not,
      });
      assert.ok(!surprises.some((one) => one.code === code), `${code} is found`);
    });
  }
});

/**
 * Settings of an API that a stage serves only after a deployment (API Gateway developer guide, "Updates to a REST API in
 * API Gateway that require redeployment").
 */
const SETTINGS =
  /RequestParameters|ResponseParameters|RequestModels|PassthroughBehavior|ResponseTransferMode|MinimumCompressionSize|BinaryMediaTypes|binary media types|gateway response for|of the gateway response|(?:request|response) template|integration response|in the template\b|OPTIONS method/;

describe('the advice to change a REST API', () => {
  for (const row of ROWS)
    it(`says that the API must be deployed again: ${row.code}, ${row.name ?? ''}`, async () => {
      const { protocol, story } = await detailOf(row.api(), [row.before, row.request], row);
      const edits = story.changes.filter((text) => SETTINGS.test(text));

      if (protocol === 'rest' && edits.length > 0) assert.match(story.changes.join('\n'), /deploy/);
    });
});

describe('an ordinary answer', () => {
  for (const { name, api, before, request, handler } of ORDINARY)
    it(`has no surprise: ${name}`, async () => {
      const { surprises, story } = await detailOf(api(), [before, request], {
        ...(handler !== undefined && { handler }),
      });

      assert.deepEqual(surprises, []);
      assert.deepEqual(story.changes, []);
    });
});

/** The number of the line of a handler that decides. */
const lineOf = (handler: string): number =>
  handler.split('\n').findIndex((text) => text.endsWith('// here')) + 1;

describe('the line of code that decided about a surprise', () => {
  for (const [code, handler] of CODE_LINE_ROWS)
    it(`is named: ${code}, ${/.*here/.exec(handler)?.[0].trim() ?? ''}`, async () => {
      const stories: string[] = [];
      for (const row of ROWS.filter((one) => one.code === code)) {
        const { story, surprises } = await detailOf(row.api(), [row.before, row.request], {
          ...row,
          handler,
        });
        if (surprises.some((one) => one.code === code)) stories.push(story.sentences.join('\n'));
      }
      const place = new RegExp(`Defined at: .*its code \\S*\\bindex\\.js:${lineOf(handler)}\\b`);
      assert.ok(
        stories.some((story) => place.test(story)),
        `${String(place)} is not in\n${stories.join('\n---\n')}`,
      );
    });

  it('is that of the response that was returned, if the code has several', async () => {
    const { code, handler, member } = RETURNED_ONE_OF_TWO;
    const row = ROWS.find((one) => one.code === code);
    assert.ok(row);
    const api = http({ [member]: 404, error: 'no such order' })();
    const { story } = await detailOf(api, [row.request], { handler });
    assert.match(story.sentences.join('\n'), new RegExp(`its code \\S*\\bindex\\.js:${lineOf(handler)}\\b`));
  });

  it('is found for each kind that the code can decide', () => {
    const listed = [...Object.keys(CODE_LINES), ...OUTSIDE_OF_CODE, ...WITH_OWN_LINE];
    assert.deepEqual(listed.toSorted(), SURPRISE_KINDS.map(({ code }) => code).toSorted());
    assert.deepEqual(
      Object.keys(CODE_LINES).filter((code) => !CODE_LINE_ROWS.some(([one]) => one === code)),
      [],
    );
  });
});

describe('a reply from the stage cache', () => {
  const by = (caller: string): TestRequest => ({ target: '/dev/pets', headers: ['Authorization', caller] });
  const allow = (event: unknown): object => ({
    ...policy('Allow', '*'),
    principalId: (event as { readonly authorizationToken: string }).authorizationToken,
  });
  const guarded = (): Served => stagedApi(ON, { list: ok, auth: allow }, withAuthorizer(TOKEN));

  it('names the other caller who caused the entry, and how to separate callers (docs/aws §9)', async () => {
    const { surprises, story } = await detailOf(guarded(), [by('alice'), by('bob')]);
    const [found] = surprises;
    assert.match(story.sentences.join('\n'), /of .+ filled the stage’s cache\. Another caller filled it/);
    assert.match(story.changes.join('\n'), /CacheKeyParameters/);
    assert.equal(found?.code, 'FROM_STAGE_CACHE');
    assert.ok(found['caller'] !== undefined && found['filledBy'] !== undefined);
  });

  it('names only the caller if the same caller caused the entry', async () => {
    const { story } = await detailOf(guarded(), [by('alice'), by('alice')]);
    assert.doesNotMatch(story.sentences.join('\n'), /Another caller/);
    assert.doesNotMatch(story.changes.join('\n'), /CacheKeyParameters/);
  });
});

describe('the kinds of surprises', () => {
  for (const { code, source } of SURPRISE_KINDS)
    it(`have a row for ${code}, with its source`, () => {
      const row = ROWS.find((one) => one.code === code);
      assert.equal(row?.source, source);
    });

  const guide = readFileSync(
    new URL('../../../../../docs/guides/run/console.md', import.meta.url),
    'utf8',
  ).replaceAll('\\*', '*');
  for (const { code, mark = '' } of SURPRISE_KINDS)
    it(`are in the guide: ${code}`, () => {
      const line = guide.split('\n').find((one) => one.startsWith(`| \`${code}\``));
      assert.ok(
        line?.includes(mark),
        `docs/guides/run/console.md has no row for ${code} with its mark ${mark}`,
      );
    });

  it('are each named once', () => {
    const codes = SURPRISE_KINDS.map(({ code }) => code);
    assert.deepEqual(codes, [...new Set(codes)]);
  });
});
