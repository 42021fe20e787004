import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import {
  listRoles,
  makeRole,
  removeRole,
  roleNameOf,
} from '../../../../packages/conformance/account/function-role.ts';
import { startServer } from '../../../../packages/conformance/play/backends.ts';
import type { Server } from '../../../../packages/conformance/play/backends.ts';

const ARN = 'arn:aws:iam::123456789012:role/r';
const LOGS = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
const role = (name: string): string => `<member><RoleName>${name}</RoleName></member>`;
const error = (code: string): string => `<Error><Code>${code}</Code></Error>`;

/** IAM API reference: actions of the Query protocol, version 2010-05-08. */
describe('the role of functions', () => {
  const open: Server[] = [];
  afterEach(async () => {
    for (const server of open.splice(0)) await server.close();
  });

  /** IAM that answers so, one after the other; what it is asked, without the version. */
  async function anIam(...answers: readonly (readonly [status: number, body: string])[]) {
    const asked: Record<string, string>[] = [];
    const server = await startServer(({ body }, serial) => {
      const { Version, ...parameters } = Object.fromEntries(new URLSearchParams(body.toString()));
      assert.equal(Version, '2010-05-08');
      asked.push(parameters);
      const [status, text] = answers[serial - 1] ?? [200, ''];
      return { status, headers: {}, body: text };
    });
    open.push(server);
    const credentials = () => Promise.resolve({ accessKeyId: 'a', secretAccessKey: 's' });
    return { asked, access: { endpoint: server.url, region: 'eu-west-1', credentials } };
  }

  it('has the name of its run', () => {
    assert.equal(roleNameOf('0badf00d'), 'gatewright-conformance-0badf00d');
  });

  it('is one that Lambda may assume, with the rights for logs', async () => {
    const { asked, access } = await anIam([200, `<Role><Arn>${ARN}</Arn></Role>`]);

    assert.equal(await makeRole(access, 'r'), ARN);

    const [{ AssumeRolePolicyDocument: trust = '', ...made } = {}, ...others] = asked;
    assert.deepEqual(made, { Action: 'CreateRole', RoleName: 'r' });
    const { Statement } = JSON.parse(trust) as { Statement: readonly object[] };
    const Principal = { Service: 'lambda.amazonaws.com' };
    assert.deepEqual(Statement, [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }]);
    assert.deepEqual(others, [{ Action: 'AttachRolePolicy', RoleName: 'r', PolicyArn: LOGS }]);
  });

  for (const { status, body, message } of [
    { status: 409, body: error('EntityAlreadyExists'), message: 'CreateRole: 409 EntityAlreadyExists' },
    { status: 500, body: 'x'.repeat(300), message: `CreateRole: 500 ${'x'.repeat(200)}` },
    { status: 200, body: '<html>', message: 'CreateRole: 200 <html>' },
    { status: 201, body: `<Arn>${ARN}</Arn>`, message: `CreateRole: 201 <Arn>${ARN}</Arn>` },
  ])
    it(`is not made if IAM answers ${status} ${body.slice(0, 10)}`, async () => {
      const { access } = await anIam([status, body]);

      await assert.rejects(makeRole(access, 'r'), { message });
    });

  for (const { status, left } of [
    { status: 200, left: undefined },
    { status: 404, left: undefined },
    { status: 409, left: 'role r: DeleteRole responded with 409 DeleteConflict' },
  ])
    it(`is ${left === undefined ? 'gone' : 'left'} if DeleteRole answers ${status}`, async () => {
      const { asked, access } = await anIam([200, ''], [status, error('DeleteConflict')]);

      assert.equal(await removeRole(access, 'r'), left);
      assert.deepEqual(asked, [
        { Action: 'DetachRolePolicy', RoleName: 'r', PolicyArn: LOGS },
        { Action: 'DeleteRole', RoleName: 'r' },
      ]);
    });

  it('is ignored silently if the answer has no code', async () => {
    const { access } = await anIam([200, ''], [500, 'down']);

    assert.equal(await removeRole(access, 'r'), 'role r: DeleteRole responded with 500 ');
  });

  it('is found by its name, over all pages', async () => {
    const [one, two] = ['gatewright-conformance-1', 'gatewright-conformance-2'];
    const { asked, access } = await anIam(
      [200, `${role('shop')}${role(one)}<Marker>m</Marker>`],
      [200, role(two)],
    );

    assert.deepEqual(await listRoles(access), [one, two]);
    assert.deepEqual(asked, [
      { Action: 'ListRoles', MaxItems: '1000' },
      { Action: 'ListRoles', MaxItems: '1000', Marker: 'm' },
    ]);
  });

  it('is not looked for if there is no IAM', async () => {
    const { access } = await anIam([501, role('gatewright-conformance-1')]);

    assert.deepEqual(await listRoles(access), []);
  });
});
