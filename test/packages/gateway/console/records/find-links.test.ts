/** The link in a page of a function that leaves the stage out. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { placesOfLinks } from '../../../../../packages/gateway/console/records/find-links.ts';
import { aStack } from '../../../../support/a-stack.ts';
import type { Recorded } from '../../../../../packages/gateway/console/records/recorded-request.ts';

const stack = aStack({ Page: { type: 'AWS::Lambda::Function', id: 'page', properties: {} } });
const asked = (rawPath: string, code = 'STAGE_NOT_FOUND'): Recorded =>
  ({ received: { rawPath, api: { stackName: stack.stackName } }, error: { code } }) as unknown as Recorded;
const placesIn = (text: string, recorded: Recorded): readonly string[] =>
  placesOfLinks(recorded, {
    stacks: [stack],
    readHandler: () => ({ file: 'page.js', text, environment: [] }),
  }).map(({ place }) => place);

// https://github.com/OWASP/Serverless-Goat/issues/14
describe('a link without the stage', () => {
  const page = 'const page =\n  `<form action="/api/convert">`;';
  it('is found in the code of a function', () =>
    assert.deepEqual(placesIn(page, asked('/api/convert')), ['page.js:2']));
  it('is not a longer path', () => assert.deepEqual(placesIn(page, asked('/api')), []));
  it('is not looked for in a stage', () =>
    assert.deepEqual(placesIn(page, asked('/api/convert', 'ROUTE_NOT_FOUND')), []));
});
