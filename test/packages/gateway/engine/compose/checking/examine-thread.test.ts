import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { DeployFinding } from '../../../../../../packages/gateway/core/deployability/finding.ts';
import { examineStacks } from '../../../../../../packages/gateway/engine/compose/checking/examine.ts';
import { createGateway } from '../../../../../../packages/gateway/engine/index.ts';
import { announceRefusals } from '../../../../../../packages/gatewright/command/start/announce-refusals.ts';
import { GATEWAY_ADMIN, QUIET_GATEWAY } from '../../../../../support/a-gateway.ts';
import { REFUSED_DEFINITIONS } from './refused-definitions.ts';
import { PARTS } from './refused/definition.ts';

/** Each definition costs a gateway and a thread, so only every tenth is compared, unless all are asked for. */
const EVERY = process.env['GATEWRIGHT_TEST_ALL'] === undefined ? 10 : 1;

describe('a running gateway', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-served-'));
  const file = join(folder, 'template.yaml');
  const serve = async (text: string) => {
    writeFileSync(file, text);
    const gateway = await createGateway({ ...QUIET_GATEWAY, directory: folder, adminKey: GATEWAY_ADMIN });
    try {
      await gateway.load([file]);
      return gateway;
    } catch (error) {
      await gateway.close();
      throw error;
    }
  };
  const inShort = (findings: readonly DeployFinding[]) =>
    findings
      .filter(({ severity, message }) => severity === 'refused' && !message.includes('runs without DynamoDB'))
      .map(({ id, line, message }) => `${line} ${id} ${message}`)
      .toSorted();
  after(() => rmSync(folder, { recursive: true }));

  for (const { name, text, needs = [] } of REFUSED_DEFINITIONS.filter((_, index) => index % EVERY === 0))
    it(`reports the same refusals as check: ${name}`, async () => {
      const whole = /^Resources:/m.test(text) ? text.trimStart() : `Resources:${text}`;
      const started = await serve(`${whole}${needs.map((part) => PARTS[part]).join('')}\n`).catch(
        (error: unknown) => String(error),
      );
      const { findings } = await examineStacks([file], { ...QUIET_GATEWAY, directory: folder });
      // If nothing can be served, the gateway ends with the first refusal, whose place names what the message of a
      // finding names.
      if (typeof started === 'string') {
        assert.match(started, /^DefinitionError: /);
        assert.notDeepEqual(inShort(findings), []);
        return;
      }
      try {
        assert.deepEqual(inShort(await started.examine()), inShort(findings));
      } finally {
        await started.close();
      }
    });

  const BUCKET =
    'Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties: { AccessControl: PublicRead }\n';

  it('announces how many parts AWS refuses, without those that are accepted', async () => {
    const gateway = await serve(BUCKET);
    const announced = async (): Promise<readonly string[]> => {
      const lines: string[] = [];
      await announceRefusals(gateway, [file], (line) => lines.push(line));
      return lines;
    };
    try {
      assert.match(
        (await announced()).join(),
        /^AWS refuses this if it is deployed: 1 finding; see .* check$/,
      );
      writeFileSync(
        join(folder, 'gatewright.yml'),
        'check:\n  accept:\n    - { id: s3-bucket-ownershipcontrols, reason: it exists already }\n',
      );
      assert.deepEqual(await announced(), []);
    } finally {
      await gateway.close();
    }
  });
});
