import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { DeployFinding } from '../../../../../../packages/gateway/core/deployability/finding.ts';
import { examineStacks } from '../../../../../../packages/gateway/engine/compose/checking/examine.ts';
import { createGateway } from '../../../../../../packages/gateway/engine/index.ts';
import { announceRefusals } from '../../../../../../packages/gatewright/command/start/announce-refusals.ts';
import { GATEWAY_ADMIN, QUIET_GATEWAY } from '../../../../../support/a-gateway.ts';
import { REFUSED_DEFINITIONS } from './refused-definitions.ts';
import { PARTS } from './refused/definition.ts';

/** Every fourth definition is compared, unless all are asked for. They are stacks of one gateway and one thread. */
const EVERY = process.env['GATEWRIGHT_TEST_ALL'] === undefined ? 4 : 1;

describe('a running gateway', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-served-'));
  const write = (name: string, text: string): string => {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  const serve = async (files: readonly string[]) => {
    const gateway = await createGateway({ ...QUIET_GATEWAY, directory: folder, adminKey: GATEWAY_ADMIN });
    try {
      await gateway.load(files);
      return gateway;
    } catch (error) {
      await gateway.close();
      throw error;
    }
  };
  const refusalsOf = (findings: readonly DeployFinding[]) =>
    findings
      .filter(({ severity, message }) => severity === 'refused' && !message.includes('runs without DynamoDB'))
      .map(({ file, line, id, message }) => `${file}:${line} ${id} ${message}`)
      .toSorted();
  after(() => rmSync(folder, { recursive: true }));

  it('reports the same refusals as check', async () => {
    const files = REFUSED_DEFINITIONS.filter((_, index) => index % EVERY === 0).map(
      ({ text, needs = [] }, index) => {
        const whole = /^Resources:/m.test(text) ? text.trimStart() : `Resources:${text}`;
        return write(
          `stack-${index}/template.yaml`,
          `${whole}${needs.map((part) => PARTS[part]).join('')}\n`,
        );
      },
    );
    const { findings } = await examineStacks(files, { ...QUIET_GATEWAY, directory: folder });
    const gateway = await serve(files);
    try {
      const refusals = refusalsOf(await gateway.examine());

      assert.deepEqual(refusals, refusalsOf(findings));
      const found = new Set(refusals.map((refusal) => /stack-\d+/.exec(refusal)?.[0]));
      assert.deepEqual(
        files.filter((_, index) => !found.has(`stack-${index}`)),
        [],
        'each definition is refused',
      );
    } finally {
      await gateway.close();
    }
  });

  const BUCKET =
    'Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties: { AccessControl: PublicRead }\n';

  it('announces how many parts AWS refuses, without those that are accepted', async () => {
    const file = write('bucket.yaml', BUCKET);
    const gateway = await serve([file]);
    const announced = async (): Promise<readonly string[]> => {
      const lines: string[] = [];
      await announceRefusals(gateway, [file], (line) => lines.push(line));
      return lines;
    };
    try {
      assert.match(
        (await announced()).join(),
        /^AWS refuses these stacks if they are deployed: 1 finding; see .* check$/,
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
