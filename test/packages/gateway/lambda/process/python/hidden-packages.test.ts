import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findHidden } from '../../../../../../packages/gateway/lambda/process/python/hidden-packages.ts';
import { aFolder } from '../../start-runtime.ts';

// Source: METADATA of botocore 1.33.13, boto3 1.33.13 and urllib3 1.26.20 on PyPI
const LENT = {
  'botocore-1.33.13.dist-info/METADATA': `Name: botocore
Requires-Dist: jmespath (<2.0.0,>=0.7.1)
Requires-Dist: python-dateutil (<3.0.0,>=2.1)
Requires-Dist: urllib3 (<1.27,>=1.25.4) ; python_version < "3.10"
Requires-Dist: urllib3 (<2.1,>=1.25.4) ; python_version >= "3.10"
Requires-Dist: awscrt (==0.19.17) ; extra == 'crt'
`,
  'boto3-1.33.13.dist-info/METADATA': 'Requires-Dist: botocore (<1.34.0,>=1.33.13)\n',
  'urllib3-1.26.20.dist-info/METADATA': 'Requires-Dist: PySocks!=1.5.7,<2.0,>=1.5.6; extra == "socks"\n',
};

describe('findHidden', () => {
  const folder = aFolder(LENT);
  const NEEDS = 'botocore 1.33.13';
  for (const [what, versions, python, expected] of [
    ['an older one', { urllib3: '1.24.3' }, '3.7.16', [`urllib3 1.24.3 <1.27,>=1.25.4 ${NEEDS}`]],
    // Functions that import boto3 run with python-dateutil 4, too.
    ['no newer one', { urllib3: '2.0.7', 'python-dateutil': '4.0.0' }, '3.9.18', []],
    ['none for another Python', { urllib3: '2.0.7' }, '3.12.1', []],
    ['none for a version in the range', { urllib3: '1.26.5', jmespath: '0.10.0' }, '3.7.16', []],
    ['none for a shorter version in the range', { urllib3: '1.26' }, '3.7.16', []],
    ['none for the limit itself with more parts', { urllib3: '1.25.4.0' }, '3.7.16', []],
    // The project's botocore replaces the lent one, whose needs do not count then.
    [
      'the needs of the packages that are used',
      { botocore: '1.12.1', urllib3: '1.24.3' },
      '3.7.16',
      ['botocore 1.12.1 <1.34.0,>=1.33.13 boto3 1.33.13'],
    ],
    ['none without own packages', {}, '3.7.16', []],
  ] as const)
    it(`finds ${what}`, () => {
      const found = findHidden(folder, versions, python);
      assert.deepEqual(
        found.map(({ name, version, accepted, by }) => `${name} ${version} ${accepted} ${by}`),
        expected,
      );
    });
});
