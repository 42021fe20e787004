/** Request parameters: as mappings set them, and as a template overrides them afterwards (docs/aws §7.3). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  mapRequestParameters,
  mappedHeader,
  overrideParameters,
} from '../../../../../packages/gateway/core/mapping/request-parameters.ts';
import {
  contextVariables,
  templateScope,
} from '../../../../../packages/gateway/core/mapping/template-variables.ts';
import { compileTemplate } from '../../../../../packages/gateway/velocity/compile.ts';
import type { MappingInput } from '../../../../../packages/gateway/core/mapping/mapping-input.ts';
import { parseParameterSource } from '../../../../../packages/gateway/core/mapping/parameter-source.ts';

/** After these assignments of a template; none: no template has asked for `$context`. */
function anInput(template?: string): MappingInput {
  const context = contextVariables({});
  if (template !== undefined)
    compileTemplate(template, 'test').render(
      templateScope({
        body: '',
        context,
        stageVariables: null,
        parameters: { path: {}, querystring: {}, header: {} },
      }),
    );
  const input = { context, hasContext: template !== undefined, headerValues: () => ['h'] };
  return input as unknown as MappingInput;
}

const MAPPED = {
  headers: [['X-Kept', 'k'] as const],
  query: [['page', ['1', '2']] as const, ['q', ['a']] as const],
  path: { id: '7' },
};

describe('overrideParameters', () => {
  it('replaces the mapped value: texts of a list are joined in headers and paths, and stay separate in queries', () => {
    const input = anInput(
      '#set($context.requestOverride.header.X-More = ["a", "b"])' +
        '#set($context.requestOverride.path.id = ["x", "y"])#set($context.requestOverride.querystring.page = ["3", "4"])',
    );

    const { headers, query, path } = overrideParameters(MAPPED, input);

    assert.equal(mappedHeader({ headers, query, path }, 'x-more'), 'a,b');
    assert.equal(mappedHeader({ headers, query, path }, 'x-kept'), 'k');
    assert.deepEqual(query, [
      ['q', ['a']],
      ['page', ['3', '4']],
    ]);
    assert.deepEqual({ ...path }, { id: 'x,y' });
  });

  it('changes nothing if no template has asked for the context', () => {
    assert.equal(overrideParameters(MAPPED, anInput()), MAPPED);
  });
});

describe('mapRequestParameters', () => {
  const parameters = ['body.a', 'body.missing'].map((from, index) => {
    const source = parseParameterSource(`method.request.${from}`, 'method.request');
    assert.ok(source);
    return { place: 'header', name: `X-${index}`, source } as const;
  });

  it('reads the body if a source is in it, and omits what has no value', () => {
    const { headers } = mapRequestParameters(parameters, anInput(), Buffer.from('{"a":"of the body"}'));
    assert.deepEqual(headers, [['X-0', 'of the body']]);
  });

  it('has no values of a missing body', () => {
    assert.deepEqual(mapRequestParameters(parameters, anInput(), undefined).headers, []);
  });
});
