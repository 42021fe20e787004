import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { explain, startSession } from '../../../../packages/gatewright/plugin/session.ts';
import { OptionError } from '../../../../packages/gatewright/plugin/option-values.ts';
import { readStartOptions } from '../../../../packages/gatewright/plugin/start-options.ts';
import { anHttpApiTemplate } from '../../../support/a-small-template.ts';
import { captureOutput } from '../../../support/captured-output.ts';

const SETTINGS = readStartOptions({ port: '0', 'control-port': '0', reload: false });
const SAYS_ITS_REGION = 'exports.handler = async () => process.env.AWS_REGION;';

describe('a start by the plug-in', () => {
  const directory = mkdtempSync(join(tmpdir(), 'gatewright-session-'));
  const file = join(directory, 'template.json');
  const { GATEWRIGHT_HOME, AWS_REGION } = process.env;
  before(() => {
    process.env['GATEWRIGHT_HOME'] = join(directory, 'home');
    process.env['AWS_REGION'] = 'eu-north-1';
    writeFileSync(file, JSON.stringify(anHttpApiTemplate(SAYS_ITS_REGION)));
  });
  after(() => {
    for (const [name, value] of Object.entries({ GATEWRIGHT_HOME, AWS_REGION }))
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    rmSync(directory, { recursive: true });
  });

  const start = async (region: string | undefined, settings?: object) => {
    const output = { stdout: '', stderr: '' };
    const service = { file, directory, stage: 'qa', region, parameters: {}, settings };
    const close = await captureOutput(output, () => startSession(service, SETTINGS));
    return { close, printed: output.stdout };
  };

  for (const { name, region, expected } of [
    { name: 'the region that osls names', region: 'eu-west-3', expected: 'eu-west-3' },
    { name: 'that of the environment where it names none', region: undefined, expected: 'eu-north-1' },
  ])
    it(`serves in ${name}, prints the addresses and ends`, async () => {
      const { close, printed } = await start(region);
      const [url = ''] = /http:\/\/127\.0\.0\.1:\d+\/(?=\s)/.exec(printed) ?? [];
      const answer = await (await fetch(url)).text();
      await close();

      assert.equal(answer, expected);
      assert.match(printed, /Ready in .* s\./);
      await assert.rejects(fetch(url));
    });

  it('says what is wrong in words for a user, and leaves mistakes of ours as they are', async () => {
    const failed = await start(undefined, { acount: '1' }).then(
      () => assert.fail('it has started'),
      (error: unknown) => error,
    );

    assert.ok(failed instanceof OptionError);
    assert.match(explain(failed) ?? '', /^custom\.gatewright\.acount is not a setting/);
    assert.equal(explain(new TypeError('x')), undefined);
  });
});
