/** What is recorded of a start, as the program that started it requires. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  toUnsupported,
  withRecording,
} from '../../../../../../packages/gateway/engine/compose/control-port/console.ts';
import { aGateway, GATEWAY_ADMIN } from '../../../../../support/a-gateway.ts';
import { aRecordedApi } from '../../../../../support/recorded-apis.ts';
import { ok, restApi } from '../../../../../support/rest-apis.ts';

// The walk of a user: "every invocation fails with Runtime.ImportModuleError" had the effect "requests are not
// affected".
describe('a finding of check, as the page of differences shows it', () => {
  const finding = {
    id: 'typescript-handler',
    severity: 'refused',
    message: 'every invocation fails with Runtime.ImportModuleError',
    remedy: 'bundle the function',
    source: '',
    stack: 'shop-dev',
    resource: 'Mailer',
    type: 'AWS::Lambda::Function',
    property: 'Handler',
    file: 'serverless.yml',
  } as const;

  it('says that AWS does otherwise, if requests are answered here all the same', () => {
    const shown = (severity: 'refused' | 'differs') =>
      toUnsupported({ ...finding, severity })[0]?.consequence;
    assert.equal(shown('refused'), 'this gateway is not affected; AWS refuses this part');
    assert.equal(
      shown('differs'),
      'this gateway is not affected; the text above describes what happens on AWS',
    );
  });

  it('keeps a consequence that is known, and shows nothing that only the account decides', () => {
    const consequence = 'the route returns 500';

    assert.equal(toUnsupported({ ...finding, consequence })[0]?.consequence, consequence);
    assert.deepEqual(toUnsupported({ ...finding, severity: 'unchecked' }), []);
  });
});

describe('withRecording', () => {
  it('records what comes while it is on, and nothing else', async () => {
    const api = aRecordedApi(restApi(), { list: ok });
    let isRecording = true;
    withRecording({ isRecording: () => isRecording }, api.ports);

    for (const target of ['/dev/pets?n=1', '/dev/pets?n=2', '/dev/pets?n=3']) {
      await api.send({ target });
      isRecording = !isRecording;
    }

    assert.deepEqual(
      api.records.rows().map(({ target }) => target),
      ['/dev/pets?n=3', '/dev/pets?n=1'],
    );
  });

  it('records what is known about a request that was in progress when it was turned on', async () => {
    let isRecording = false;
    const api = aRecordedApi(restApi(), {
      list: () => {
        isRecording = !isRecording;
        return { statusCode: 200 };
      },
    });
    withRecording({ isRecording: () => isRecording }, api.ports);

    await api.send({ target: '/dev/pets?from=off' });
    await api.send({ target: '/dev/pets?from=on' });

    const [only, ...others] = api.records.rows();
    assert.deepEqual([only?.target, only?.status, others], ['/dev/pets?from=off', 200, []]);
    assert.match(api.last().story.headline, /^GET \/pets was answered with 200/);
  });

  it('does not change the ports if no behaviour decides', () => {
    const at = { records: undefined };

    assert.equal(withRecording({}, at), at);
    assert.deepEqual(Object.keys(Object.getOwnPropertyDescriptor(at, 'records') ?? {}).toSorted(), [
      'configurable',
      'enumerable',
      'value',
      'writable',
    ]);
  });
});

describe('the identities of the console', () => {
  it('are shown with their ARNs, but without their keys', async () => {
    const identities = [
      'identities:',
      '  - name: lister',
      '    accessKeyId: AKIALOCAL00LISTER',
      '    secretAccessKey: lister-secret-of-a-test',
      `    policies: [{ Version: '2012-10-17', Statement: [{ Effect: Allow, Action: 'sqs:List*', Resource: '*' }] }]`,
    ].join('\n');
    const started = await aGateway(
      { Jobs: { Type: 'AWS::SQS::Queue' } },
      { consoleFiles: () => Promise.resolve(new Map()), record: 10 },
      { 'gatewright.identities.yml': identities },
    );
    try {
      const { GATEWRIGHT_CONTROL_SECRET: secret = '' } = started.gateway.environment();
      const reply = await fetch(`${started.listening.control}/_gatewright/console/identities`, {
        headers: { authorization: `Bearer ${secret}` },
      });
      const text = await reply.text();

      assert.deepEqual((JSON.parse(text) as { signers: unknown }).signers, [
        { name: 'admin', arn: 'arn:aws:iam::123456789012:user/admin' },
        { name: 'lister', arn: 'arn:aws:iam::123456789012:user/lister' },
      ]);
      for (const key of ['AKIALOCAL00LISTER', 'lister-secret', GATEWAY_ADMIN.secretAccessKey])
        assert.ok(!text.includes(key), key);
    } finally {
      await started.close();
    }
  });
});
