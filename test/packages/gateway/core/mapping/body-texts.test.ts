/**
 * Bodies that are not JSON, as `$input` shows them; expected results by json-smart (docs/aws §7.2;
 * test/fixtures/velocity/README.md).
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';

import { compileTemplate } from '@gatewright/velocity/compile';

import {
  contextVariables,
  templateScope,
} from '../../../../../packages/gateway/core/mapping/template-variables.ts';

type Recorded = {
  readonly body: string;
  readonly json?: string;
  readonly text?: string;
  readonly unreadable?: true;
};

const file = new URL('../../../../fixtures/velocity/bodies.json', import.meta.url);
const recorded = JSON.parse(readFileSync(file, 'utf8')) as readonly Recorded[];

function render(template: string, body: string): string {
  const parameters = { path: {}, querystring: {}, header: {} };
  const context = contextVariables({ httpMethod: 'POST', stage: 'dev', resourcePath: '/form' });
  return compileTemplate(template, 'test').render(
    templateScope({ body, parameters, context, stageVariables: null }),
  );
}

describe('$input of any text', () => {
  it(`shows what json-smart reads: ${recorded.length} bodies`, () => {
    const wrong: unknown[] = [];
    for (const { body, json, unreadable } of recorded) {
      const expected = unreadable ? '""' : json;
      const got = render("$input.json('$')", body);
      if (got !== expected) wrong.push({ body, expected, got });
    }
    assert.deepEqual(wrong, []);
  });

  it('prints a text unchanged, also in a response template', () => {
    assert.equal(render("$input.path('$')|$input.path('$').split('&').size()", 'a=1&b=2'), 'a=1&b=2|2');
  });

  // Source: serverless/serverless#2271, tried on AWS.
  it('gives the default form template of the osls framework its fields', () => {
    const require = createRequire(import.meta.url);
    const integration =
      require('serverless/lib/plugins/aws/package/compile/events/api-gateway/lib/method/integration.js') as {
        readonly DEFAULT_FORM_URL_ENCODED_REQUEST_TEMPLATE: string;
      };

    // The framework puts claims of a user pool there.
    const template = integration.DEFAULT_FORM_URL_ENCODED_REQUEST_TEMPLATE.replace(
      'extraCognitoPoolClaims',
      '',
    );
    const event = render(template, 'name=Ann%20B&email=a%40b.co');

    assert.deepEqual((JSON.parse(event) as { body: unknown }).body, { name: 'Ann B', email: 'a@b.co' });
  });
});
