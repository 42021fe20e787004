import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { explainRemovedApi } from '../../../../packages/lambda/worker/removed-api.ts';
import { anInlineFunction, startRuntime } from '../start-runtime.ts';

const DEPRECATIONS = 'https://nodejs.org/api/deprecations.html, "End-of-Life"';

describe('an error of a function for an older runtime', () => {
  const rows: { message: string; runtime: string; says: RegExp | undefined }[] = [
    {
      message: 'util.isRegExp is not a function',
      runtime: 'nodejs18.x',
      says: /^util\.isRegExp .* Node\.js 23: /,
    },
    { message: '(0 , util_1.isDate) is not a function', runtime: 'nodejs20.x', says: /^util_1\.isDate / },
    { message: 'Os.tmpDir is not a function', runtime: 'nodejs10.x', says: /^Os\.tmpDir .* Node\.js 14: / },
    { message: 'crypto.createCipher is not a function', runtime: 'nodejs20.x', says: /Node\.js 22: / },
    { message: 'timers.enroll is not a function', runtime: 'nodejs22.x', says: /Node\.js 24: / },
    { message: "Unexpected identifier 'assert'", runtime: 'nodejs20.x', says: /`import … assert`/ },
    // These fail at Lambda, too.
    { message: 'Os.tmpDir is not a function', runtime: 'nodejs18.x', says: undefined },
    { message: 'util.isRegExp is not a function', runtime: 'nodejs24.x', says: undefined },
    // Other libraries have members of these names.
    { message: 'lodash.isDate is not a function', runtime: 'nodejs18.x', says: undefined },
    { message: 'x is not a function', runtime: 'nodejs18.x', says: undefined },
  ];
  for (const { message, runtime, says } of rows)
    it(`${says === undefined ? 'is left as it is' : 'is explained'}: ${message}, ${runtime}`, () => {
      const said = explainRemovedApi(new TypeError(message), runtime, '24.1.0');

      if (says === undefined) assert.equal(said, undefined, DEPRECATIONS);
      else assert.match(said ?? '', says, DEPRECATIONS);
    });

  it('is explained in the log of the function, after the error', async () => {
    const source = "const util = require('util'); exports.handler = async () => util.isRegExp(/a/)";
    const { invoke, lines } = await startRuntime([
      anInlineFunction('old', source, { runtime: 'nodejs18.x' }),
    ]);

    await invoke('old');

    const said = lines.map(({ level, message }) => `${level ?? ''} ${message}`);
    assert.match(said[0] ?? '', /^ERROR Invoke Error\tTypeError: util\.isRegExp is not a function/);
    assert.match(said[1] ?? '', /^WARN util\.isRegExp is gone since Node\.js 23: nodejs18\.x at Lambda/);
  });
});
