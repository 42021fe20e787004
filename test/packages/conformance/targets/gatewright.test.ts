import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { RUNNER_KEY } from '../../../../packages/conformance/play/signing.ts';
import { filesOf, openGatewright } from '../../../../packages/conformance/targets/gatewright.ts';
import { aFragment, someOptions } from '../../../support/a-conformance-target.ts';

const READY = {
  ready: true,
  apis: [{ id: 'abc', url: 'http://127.0.0.1:1/dev' }],
  fronts: [],
  control: 'http://127.0.0.1:2',
};
const USUAL =
  '--json --no-reload --port=0 --control-port=0 --stage=parity --region=us-east-1 --account=123456789012';

describe('openGatewright', () => {
  let workingFolder: string;
  beforeEach(() => {
    workingFolder = mkdtempSync(join(tmpdir(), 'conformance-gatewright-'));
  });
  afterEach(() => rmSync(workingFolder, { recursive: true }));

  /** A command that says its version, and starts so. */
  function install(start: string) {
    mkdirSync(join(workingFolder, 'node_modules/.bin'), { recursive: true });
    const script = `#!/bin/sh\n[ "$1" = --version ] && echo 1.2.3 && exit\n${start}\n`;
    writeFileSync(join(workingFolder, 'node_modules/.bin/gatewright'), script, { mode: 0o755 });
    return openGatewright(someOptions({ workingFolder }));
  }
  /** A program that serves as the command does: it prints the ready line, credentials and a log. */
  const serving = (ready: object): string =>
    [
      'mkdir -p .gatewright/logs',
      `echo '{"controlSecret":"s"}' > .gatewright/credentials.json`,
      `printf 'one\\ntwo\\n' > .gatewright/logs/parity.log`,
      'echo authority > authority.pem',
      `echo '${JSON.stringify(ready)}'`,
      'exec sleep 20',
    ].join('\n');

  it('requires the command, unless another one is named', () => {
    assert.throws(() => openGatewright(someOptions({ workingFolder })), {
      message: `gatewright is not installed in ${workingFolder}: run npm install --save-dev gatewright, or pass --command`,
    });
    const { version, name } = openGatewright(someOptions({ workingFolder, command: ['echo', 'gatewright'] }));
    assert.deepEqual([name, version], ['gatewright', 'gatewright --version']);
    assert.equal(install('').version, '1.2.3');
  });

  const needs = { awsEndpoint: 'http://127.0.0.1:9', roles: true, tls: true, files: { 'a.txt': 'beside' } };
  for (const { name, given, said } of [
    { name: 'a template', given: {}, said: `start template.json --roles off ${USUAL}\n\n` },
    {
      name: 'what it needs',
      given: needs,
      said: `start template.json --roles on --tls ${USUAL}\nhttp://127.0.0.1:9\nbeside`,
    },
  ])
    it(`starts ${name}, and returns how it was refused`, async () => {
      const script =
        'echo "$@"; echo "$AWS_ENDPOINT_URL"; cat a.txt 2>&-; echo "$GATEWRIGHT_ACCESS_KEY_ID"; exit 1';
      const outcome = await install(script).deploy(aFragment({}, given));

      assert.ok(outcome.kind === 'refused');
      assert.equal(outcome.message, `${said}${RUNNER_KEY.accessKeyId}\n`);
    });

  it('describes the API that it serves', async () => {
    const outcome = await install(serving(READY)).deploy(aFragment({}));

    assert.ok(outcome.kind === 'running');
    const { api } = outcome;
    const lines = api.readLog();
    await api.close();
    assert.deepEqual(
      [api.apiId, api.region, api.accountId, api.url.href, api.control, api.authority, lines],
      [
        'abc',
        'us-east-1',
        '123456789012',
        'http://127.0.0.1:1/dev',
        'http://127.0.0.1:2',
        undefined,
        ['one', 'two'],
      ],
    );
    assert.deepEqual(api.readLog(), []);
  });

  it('accepts requests at the service in front, with the authority of its TLS', async () => {
    const ready = {
      ...READY,
      fronts: [{ url: 'https://127.0.0.1:3/' }],
      certificateAuthority: 'authority.pem',
    };
    const cwd = process.cwd();
    const target = install(serving({ ...ready, certificateAuthority: join(workingFolder, 'authority.pem') }));
    writeFileSync(join(workingFolder, 'authority.pem'), 'authority of a test');

    const outcome = await target.deploy(aFragment({}));

    assert.ok(outcome.kind === 'running');
    await outcome.api.close();
    assert.deepEqual(
      [outcome.api.url.href, outcome.api.authority],
      ['https://127.0.0.1:3/', 'authority of a test'],
    );
    assert.equal(process.cwd(), cwd);
  });

  it('fails if the template has no API', async () => {
    await assert.rejects(install(serving({ ...READY, apis: [] })).deploy(aFragment({})), {
      message: 'gatewright does not serve any API of this template',
    });
  });

  it('opens one account for calls of the control plane, which ends with it', async () => {
    const target = install(serving(READY));

    const control = await target.openControl();

    assert.deepEqual([control.region, control.accountId], ['us-east-1', '123456789012']);
    assert.equal(target.cannotAsk(aFragment({}).parityCase), undefined);
    assert.deepEqual(await target.close(), []);
  });

  it('starts a gateway for the stack of a case', async () => {
    const control = await install('echo "$@"; cat template.json; exit 1')
      .openControl()
      .catch(() => undefined);

    assert.equal(control, undefined);
    const target = await install(serving(READY)).openControl();
    const stack = { Resources: { Topic: { Type: 'AWS::SNS::Topic' } } };
    await assert.rejects(() => target.openStack?.(stack) ?? Promise.resolve(), /ECONNREFUSED/);
  });
});

describe('filesOf', () => {
  const TOPIC = { Topic: { Type: 'AWS::SNS::Topic' } };

  it('returns the template', () => {
    assert.deepEqual(filesOf({ Resources: TOPIC }), {
      'template.json': JSON.stringify({ Resources: TOPIC }),
    });
  });

  it('returns the configurations of AppConfig as a values file', () => {
    const named = (type: string, Name: string) => ({ Type: `AWS::AppConfig::${type}`, Properties: { Name } });
    const files = filesOf({
      Resources: {
        Application: named('Application', 'shop'),
        Environment: named('Environment', 'prod'),
        Profile: named('ConfigurationProfile', 'flags'),
        Version: { Type: 'AWS::AppConfig::HostedConfigurationVersion', Properties: { Content: '{"a":1}' } },
      },
    });

    assert.deepEqual(JSON.parse(files['gatewright.values.yml'] ?? ''), {
      appconfig: { shop: { prod: { flags: { a: 1 } } } },
    });
  });
});
