/** The sessions of AppConfig; docs/aws §22.5 has the sources. */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { adminIdentity } from '../../../../../packages/gateway/core/policy/identities.ts';
import { GeneratedSecrets } from '../../../../../packages/gateway/core/stack/generated-secret.ts';
import type { AwsService } from '../../../../../packages/gateway/kernel/calls/aws-call.ts';
import { createAppConfig } from '../../../../../packages/gateway/services/values/app-config.ts';
import { LocalValues } from '../../../../../packages/gateway/services/values/local-values.ts';
import { parseValues } from '../../../../../packages/gateway/services/values/value-definitions.ts';
import { CountingRandom, VirtualClock } from '../../../../support/virtual-ports.ts';

const ACCOUNT_ID = '123456789012';
const ADMIN = adminIdentity({ accessKeyId: 'AKIALOCAL0000ADMIN', secretAccessKey: 'secret' }, ACCOUNT_ID);

describe('the sessions of AppConfig', () => {
  let values: LocalValues;
  let clock: VirtualClock;
  let service: AwsService;
  beforeEach(() => {
    clock = new VirtualClock();
    values = new LocalValues({
      clock,
      generated: new GeneratedSecrets(() => 0),
      file: 'v.yml',
      report: () => undefined,
    });
    define('on');
    service = createAppConfig({ values, random: new CountingRandom(), accountId: ACCOUNT_ID, clock });
  });

  const define = (flag: string): void => {
    const text = `appconfig: { shop: { dev: { flags: '${flag}' } } }`;
    values.replace(
      parseValues(text, 'v.yml', () => Buffer.alloc(0)),
      [],
    );
  };
  const send = (method: string, path: string, query: string, input: object) =>
    service({
      request: { method, path, query, rawHeaders: [], body: Buffer.from(JSON.stringify(input)), host: '' },
      caller: ADMIN,
      service: 'appconfig',
      region: 'us-east-1',
    });
  const start = async (more: object = {}): Promise<string> => {
    const { body } = await send('POST', '/configurationsessions', '', {
      ApplicationIdentifier: 'shop',
      EnvironmentIdentifier: 'dev',
      ConfigurationProfileIdentifier: 'flags',
      ...more,
    });
    return (JSON.parse(String(body)) as { InitialConfigurationToken: string }).InitialConfigurationToken;
  };
  const read = async (token: string) => {
    const { status, headers, body } = await send('GET', '/configuration', `configuration_token=${token}`, {});
    const header = (name: string): string | undefined => {
      const at = headers.indexOf(name);
      return at === -1 ? undefined : String(headers[at + 1]);
    };
    const error = status === 200 ? undefined : (JSON.parse(String(body)) as object);
    return {
      status,
      error,
      text: String(body),
      next: header('Next-Poll-Configuration-Token') ?? '',
      label: header('Version-Label'),
    };
  };

  // aws-powertools/powertools-lambda-python#1506 (60 seconds if a session names none; called again after 5 seconds) and
  // aws-samples/sample-python-helper-aws-appconfig#2 (the message); API reference, StartConfigurationSession.
  for (const [more, seconds] of [
    [{}, 60],
    [{ RequiredMinimumPollIntervalInSeconds: 15 }, 15],
  ] as const)
    it(`refuse a call within ${seconds} seconds after the last one`, async () => {
      const first = await read(await start(more));
      clock.advance(seconds * 1000 - 1);
      const early = await read(first.next);
      clock.advance(1);
      const second = await read(first.next);

      assert.equal(first.status, 200);
      assert.partialDeepStrictEqual(early, {
        status: 400,
        error: {
          Message: 'Request too early',
          Reason: 'InvalidParameters',
          // API reference, InvalidParameterDetail
          Details: { InvalidParameters: { ConfigurationToken: { Problem: 'PollIntervalNotSatisfied' } } },
        },
      });
      assert.deepEqual([second.status, second.text], [200, '']);
    });

  // API reference, GetLatestConfiguration: "this value is empty" (VersionLabel), "may be empty" (Configuration).
  it('return a configuration and its label only if it has changed', async () => {
    const first = await read(await start());
    clock.advance(60_000);
    const same = await read(first.next);
    define('off');
    clock.advance(60_000);
    const changed = await read(same.next);

    assert.deepEqual(
      [first, same, changed].map(({ text, label }) => [text, label !== undefined]),
      [
        ['on', true],
        ['', false],
        ['off', true],
      ],
    );
  });

  // API reference, GetLatestConfiguration: "the token is valid for up to 24 hours"
  it('end 24 hours after the last call', async () => {
    const [early, late] = [await start(), await start()];
    clock.advance(24 * 3_600_000);
    const last = await read(early);
    clock.advance(1);
    const expired = await read(late);

    assert.equal(last.status, 200);
    assert.partialDeepStrictEqual(expired, {
      status: 400,
      error: { Details: { InvalidParameters: { ConfigurationToken: { Problem: 'Expired' } } } },
    });
  });
});
