import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import {
  createCodeDownload,
  locationOf,
} from '../../../../../../packages/gateway/control/api/lambda/code-download.ts';
import { FunctionCodes } from '../../../../../../packages/gateway/control/api/lambda/code-facts.ts';
import { adminIdentity } from '../../../../../../packages/gateway/core/policy/identities.ts';
import type { FunctionCode } from '../../../../../../packages/gateway/core/stack/function.ts';
import type { AwsCall } from '../../../../../../packages/gateway/kernel/calls/aws-call.ts';
import { VirtualClock } from '../../../../../support/virtual-ports.ts';
import { readZip } from '../../../../../support/zip-entries.ts';
import { aStack } from './a-stack-of-functions.ts';

const ADMIN = adminIdentity({ accessKeyId: 'AKIALOCAL', secretAccessKey: 'secret' }, '123456789012');

function aCall(path: string, caller = ADMIN): AwsCall {
  const request = {
    method: 'GET',
    path,
    query: '',
    host: '127.0.0.1:4000',
    rawHeaders: [],
    body: Buffer.alloc(0),
  };
  return { request, caller, service: 'lambda', region: 'eu-west-1' };
}

// Lambda API reference, GetFunction: a link to download the deployment package that is valid for 10 minutes
describe('the download of code', async () => {
  const [stack] = await aStack();
  assert.ok(stack);
  const [definition] = stack.functions;
  assert.ok(definition);
  const folder = mkdtempSync(join(tmpdir(), 'code-download-'));
  after(() => rmSync(folder, { recursive: true }));
  const at = { codes: new FunctionCodes(), clock: new VirtualClock() };
  const withCode = (code: FunctionCode) => ({ ...definition, code });
  const download = async (code: FunctionCode, codes = at.codes): Promise<Buffer> => {
    const stacks = [{ ...stack, functions: [withCode(code)] }];
    const location = new URL(locationOf(aCall('/'), withCode(code), { ...at, codes }) ?? 'http://none');
    assert.equal(location.searchParams.get('X-Amz-Expires'), '600');
    const { status, body } = await createCodeDownload(() => stacks, codes)(aCall(location.pathname));
    assert.equal(status, 200, String(body));
    return Buffer.from(body);
  };
  const entriesOf = (archive: Buffer): Record<string, string> =>
    Object.fromEntries([...readZip(archive)].map(([name, content]) => [name, String(content)]));

  it('gives inline code as an archive whose hash GetFunction shows', async () => {
    const archive = await download(definition.code);

    assert.deepEqual(entriesOf(archive), { 'index.js': 'exports.handler = async () => 1;' });
    const { CodeSha256, CodeSize } = at.codes.of(definition);
    assert.deepEqual(
      [CodeSha256, CodeSize],
      [createHash('sha256').update(archive).digest('base64'), archive.length],
    );
  });

  it('gives the archive of a package, the files of a folder, and code that a call has sent', async () => {
    const file = join(folder, 'code.zip');
    writeFileSync(file, 'an archive');
    const directory = join(folder, 'src');
    mkdirSync(join(directory, 'lib'), { recursive: true });
    writeFileSync(join(directory, 'lib', 'a.js'), '1');
    mkdirSync(join(directory, '.gatewright'));
    writeFileSync(join(directory, '.gatewright', 'credentials.json'), 'secret');

    assert.equal(String(await download({ kind: 'archive', packed: { file, version: '1' } })), 'an archive');
    const source = { kind: 'directory', directory, esbuild: undefined } as const;
    assert.deepEqual(entriesOf(await download(source)), { 'lib/a.js': '1' });
    const codes = new FunctionCodes();
    codes.replace(definition.arn, Buffer.from('sent'), at.codes.of(definition));
    assert.equal(String(await download(source, codes)), 'sent');
  });

  it('has no address for code that is not there', () => {
    const packed = { file: join(folder, 'none.zip'), version: '1' };
    for (const code of [
      { kind: 'archive', packed },
      { kind: 'directory', directory: join(folder, 'none'), esbuild: undefined },
    ] as const)
      assert.equal(locationOf(aCall('/'), withCode(code), at), undefined);
  });

  it('is refused for an unknown function and for a caller who may not read the function', async () => {
    const serve = createCodeDownload(() => [stack], at.codes);
    const statuses = [aCall('/_code/none.zip'), aCall('/_code/first.zip', { ...ADMIN, policies: [] })].map(
      async (call) => (await serve(call)).status,
    );

    assert.deepEqual(await Promise.all(statuses), [404, 403]);
  });
});
