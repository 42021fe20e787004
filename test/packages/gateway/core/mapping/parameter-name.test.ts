/** Names of parameters have one expression, the service's own. Source: docs/aws §7.6. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { REQUEST_TARGET } from '../../../../../packages/gateway/core/deployment/integration/compile-request-mapping.ts';
import {
  PARAMETER_NAME,
  parseParameterSource,
} from '../../../../../packages/gateway/core/mapping/parameter-source.ts';
import { readSources } from '../../../../architecture/source-files.ts';

const rows: readonly (readonly [name: string, isName: boolean])[] = [
  ['hub:topic', true],
  ['filter:name', true],
  [':', true],
  ['a.b-c_d$e', true],
  ['page[after]', false],
  ['a b', false],
  ['é', false],
  ['', false],
];

describe('the name of a parameter', () => {
  for (const [name, isName] of rows)
    it(`may ${isName ? '' : 'not '}be "${name}", as source and as target`, () => {
      const sources = ['querystring', 'header', 'path', 'multivaluequerystring', 'multivalueheader'];
      for (const place of sources) {
        const source = parseParameterSource(`method.request.${place}.${name}`, 'method.request');
        assert.equal(source !== undefined, isName, place);
      }
      for (const place of ['querystring', 'header', 'path'])
        assert.equal(REQUEST_TARGET.test(`integration.request.${place}.${name}`), isName, place);
    });

  it('has its expression in one place', () => {
    const copies = readSources().filter(
      ({ path, text }) =>
        path.startsWith('packages/') && !path.includes('/calls/models/') && /0-9:?\._\$-\]/.test(text),
    );
    assert.deepEqual(
      copies.map(({ path }) => path),
      ['packages/gateway/core/mapping/parameter-source.ts'],
      PARAMETER_NAME,
    );
  });
});
