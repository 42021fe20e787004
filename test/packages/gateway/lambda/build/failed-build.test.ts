import assert from 'node:assert/strict';
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { BuildError } from '../../../../../packages/gateway/lambda/build/build-error.ts';
import { FailedBuild } from '../../../../../packages/gateway/lambda/build/failed-build.ts';
import { aFolder, writeFiles } from '../start-runtime.ts';

describe('a failed build', () => {
  it('is not repeated until the file with its first error changes, or the packages above it', () => {
    const folder = aFolder({ 'lib/v.ts': ';', 'node_modules/a/index.js': '' });
    const file = join(folder, 'lib', 'v.ts');
    const fail = () => new FailedBuild(new BuildError('no', undefined, { file, line: 1, text: 'no' }));

    const first = fail();
    assert.equal(first.stands, true);
    utimesSync(file, 1, 1);
    assert.equal(first.stands, false);

    const second = fail();
    assert.equal(second.stands, true);
    writeFiles(folder, { 'node_modules/b/index.js': '' });
    assert.equal(second.stands, false);
  });

  it('without a place is tried again at once', () => {
    assert.equal(new FailedBuild(new BuildError('no')).stands, false);
  });
});
