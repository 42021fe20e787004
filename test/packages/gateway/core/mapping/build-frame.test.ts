import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileTemplate } from '@gatewright/velocity/compile';
import { buildFrame } from '../../../../../packages/gateway/core/mapping/build-frame.ts';
import type { MessageCall } from '../../../../../packages/gateway/core/mapping/build-frame.ts';
import type { FrameResponse } from '../../../../../packages/gateway/core/mapping/integration.ts';
import type { JavaMap } from '@gatewright/velocity/java/values';
import { contextVariables } from '../../../../../packages/gateway/core/mapping/template-variables.ts';

const context: JavaMap = contextVariables({});
const call = (contentHandling?: string): MessageCall =>
  ({
    kind: 'http',
    plan: { kind: 'http', request: { contentHandling } },
    input: { parameters: { path: {}, querystring: {}, header: {} }, context, stageVariables: null },
  }) as never;
const answer = (status: number, body: string | Buffer, type = 'application/json') => ({
  status,
  headers: ['content-type', type],
  body: Buffer.from(body),
});
const aFrame = (changes: Partial<FrameResponse> & { readonly text?: string }): FrameResponse => ({
  pattern: undefined,
  selectTemplate: undefined,
  contentHandling: undefined,
  templates:
    changes.text === undefined ? new Map() : new Map([['$default', compileTemplate(changes.text, 't')]]),
  ...changes,
});

describe('the frame of an answer', () => {
  it('is created by the first response whose key matches the whole status', () => {
    const frames = [
      aFrame({ pattern: '40', text: 'part' }),
      aFrame({ text: 'default' }),
      aFrame({ pattern: '40\\d', text: 'first' }),
      aFrame({ pattern: '404', text: 'second' }),
    ];
    assert.equal(buildFrame(frames, call(), answer(404, ''), ''), 'first');
    assert.equal(buildFrame(frames, call(), answer(200, ''), ''), 'default');
  });

  it('is the answer if no template is for it', () => {
    const templates = new Map([['a', compileTemplate('x', 't')]]);
    const frames = [aFrame({ templates, selectTemplate: () => 'b' })];
    assert.equal(buildFrame(frames, call(), answer(200, 'as it is'), ''), 'as it is');
  });

  it('selects its template by message and answer', () => {
    const templates = new Map([['a-200-b', compileTemplate('both', 't')]]);
    const selectTemplate = (message: string, { status, body }: { status: number; body: string }): string =>
      `${message}-${status}-${body}`;
    assert.equal(buildFrame([aFrame({ templates, selectTemplate })], call(), answer(200, 'b'), 'a'), 'both');
  });

  for (const [type, text] of [
    ['image/png', 'AP8='],
    ['application/octet-stream', 'AP8='],
    ['text/plain; charset=utf-8', '\u0000\ufffd'],
    ['application/problem+json', '\u0000\ufffd'],
  ] as const)
    it(`is base64 of bytes under CONVERT_TO_TEXT, and text unchanged: ${type}`, () => {
      const bytes = answer(200, Buffer.from([0, 0xff]), type);
      const own = aFrame({ contentHandling: 'CONVERT_TO_TEXT' });
      assert.equal(buildFrame([own], call(), bytes, ''), text);
      assert.equal(buildFrame(undefined, call('CONVERT_TO_TEXT'), bytes, ''), text);
    });

  it('is decoded if the response says CONVERT_TO_BINARY, and not by the strategy of the request', () => {
    const own = aFrame({ contentHandling: 'CONVERT_TO_BINARY' });
    assert.equal(buildFrame([own], call(), answer(200, 'aGk='), ''), 'hi');
    assert.equal(buildFrame(undefined, call('CONVERT_TO_BINARY'), answer(200, 'aGk='), ''), 'aGk=');
  });
});
