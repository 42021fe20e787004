import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { collectOverrides } from '../../../../../packages/gateway/core/mapping/overrides.ts';
import { TemplateError } from '../../../../../packages/gateway/velocity/java/template-error.ts';
import {
  contextVariables,
  templateScope,
} from '../../../../../packages/gateway/core/mapping/template-variables.ts';
import { compileTemplate } from '../../../../../packages/gateway/velocity/compile.ts';

describe('collectOverrides', () => {
  function overridesOf(...templates: string[]) {
    const context = contextVariables({});
    const parameters = { path: {}, querystring: {}, header: {} };
    for (const template of templates) {
      compileTemplate(template, 'test').render(
        templateScope({ body: '', parameters, context, stageVariables: null }),
      );
    }
    return collectOverrides(context);
  }

  it('reads all forms of assignment', () => {
    // parity vtl-map-assignment-forms
    const overrides = overridesOf(
      '#set($p = "foo")#set($context.requestOverride.querystring[$p] = "bar")' +
        '$context.requestOverride.querystring.put("put", "putBar")' +
        '#set($context["requestOverride"].querystring["nested"] = "n")' +
        '#set($context.requestOverride.header.X = ["a", 2])#set($context.requestOverride.path.id = 7)',
    );

    assert.deepEqual(overrides.request, {
      querystring: { foo: ['bar'], put: ['putBar'], nested: ['n'] },
      header: { X: ['a', '2'] },
      path: { id: ['7'] },
    });
  });

  it('reads what a request template set for the response, whatever other members there are', () => {
    // docs/aws §7.4, parity mock-response-override-from-request-template-with-template
    const overrides = overridesOf(
      '#set($context.responseOverride.status = 444)#set($context.responseOverride.header.foo = "bar")#set($context.responseOverride.custom = "x")',
      '#set($s = $context.responseOverride.status)$s$context.responseOverride.custom',
    );

    assert.deepEqual(overrides.response, { status: 444, header: { foo: ['bar'] } });
  });

  const statuses = [
    { given: '100', expected: 100 },
    { given: '599', expected: 599 },
    { given: '99', expected: undefined },
    { given: '600', expected: undefined },
    { given: '200.0', expected: undefined },
    { given: '"404"', expected: undefined },
    { given: '"wrong"', expected: undefined },
    { given: '-200', expected: undefined },
  ];

  for (const { given, expected } of statuses) {
    it(`takes status ${given} as ${expected ?? 'not overridden'}`, () => {
      const { response } = overridesOf(`#set($context.responseOverride.status = ${given})`);

      assert.equal(response.status, expected, 'docs/aws §7.4');
    });
  }

  it('is empty if nothing was overridden or the override was spoilt', () => {
    const none = {
      request: { header: {}, path: {}, querystring: {} },
      response: { header: {}, status: undefined },
    };

    assert.deepEqual(overridesOf('x'), none);
    assert.deepEqual(
      overridesOf('#set($context.requestOverride = 5)#set($context.responseOverride.header = [1])'),
      none,
    );
  });

  it('refuses the second override of a parameter in one template, not in the next', () => {
    // docs/aws §7.4: a second override of the same parameter is 5xx
    const twice = '#set($context.responseOverride.status = 400)#set($context.responseOverride.status = 401)';

    assert.throws(
      () => overridesOf(twice),
      (error) => error instanceof TemplateError && error.code === 'TEMPLATE_OVERRIDE',
    );
    assert.throws(
      () =>
        overridesOf(
          '#set($x = $context.requestOverride.header.put("A", "1"))#set($context.requestOverride.header.A = "2")',
        ),
      TemplateError,
    );
    assert.equal(
      overridesOf(
        '#set($context.responseOverride.status = 400)',
        '#set($context.responseOverride.status = 401)',
      ).response.status,
      401,
    );
  });
});
