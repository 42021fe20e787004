import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Account } from '../../../../packages/gateway/control/account.ts';
import { REFUSING } from '../../../../packages/gateway/core/errors.ts';
import { labelApis, ServedApis } from '../../../../packages/gateway/control/served-apis.ts';
import { aStack, functionArn } from '../../../support/a-stack.ts';
import { API_ID, httpRoutes, restRoutes } from '../../../support/routed-apis.ts';
import { virtualPorts } from '../../../support/virtual-ports.ts';
import type { TestResource } from '../../../support/a-stack.ts';

const api = (apiId: string, name: string, protocol: 'rest' | 'http' | 'websocket') => ({
  apiId,
  name,
  protocol,
});

describe('labelApis', () => {
  it('prints no label for a single API', () => {
    assert.deepEqual([...labelApis([api('a', 'shop', 'rest')])], []);
  });

  it('distinguishes several APIs in as few words as possible', () => {
    const labels = labelApis([
      api('a', 'shop', 'rest'),
      api('b', 'shop', 'http'),
      api('c', 'chat', 'websocket'),
      api('d', 'shop', 'rest'),
    ]);

    assert.deepEqual(
      [...labels],
      [
        ['a', 'shop (REST a) '],
        ['b', 'shop (HTTP) '],
        ['c', 'chat '],
        ['d', 'shop (REST d) '],
      ],
    );
  });
});

describe('ServedApis', () => {
  const aServed = (resources: Record<string, TestResource> = {}) => {
    const { clock } = virtualPorts({});
    const served = new ServedApis(new Account({ clock, isThrottled: false }));
    served.prepare([aStack(resources)]).serve();
    return served;
  };

  it('labels APIs again when an API is added or removed', () => {
    const served = aServed(httpRoutes(['GET /a']));
    const before = served.labelOf(API_ID);
    const [other] = aServed({
      Other: { type: 'AWS::ApiGateway::RestApi', id: 'otherapi00', properties: { Name: 'pets' } },
    }).all;
    assert.ok(other !== undefined);

    served.add(other);
    const between = served.labelOf(API_ID);
    served.remove(other.identity.apiId);

    assert.deepEqual([before, between, served.labelOf(API_ID)], ['', 'menu ', '']);
  });

  it('finds function URLs by their ids, and VPC links of templates', () => {
    const served = aServed({
      Url: {
        type: 'AWS::Lambda::Url',
        properties: { TargetFunctionArn: functionArn('list'), AuthType: 'AWS_IAM' },
      },
      Inside: {
        type: 'AWS::ApiGateway::VpcLink',
        id: 'abc123',
        properties: { Name: 'inside', TargetArns: [] },
      },
      Subnets: { type: 'AWS::ApiGatewayV2::VpcLink', id: 'def456', properties: { Name: 'subnets' } },
    });
    const [url] = served.urls;

    assert.ok(url !== undefined);
    assert.equal(served.find(url.served.apiId), url.served);
    assert.deepEqual(
      [served.vpcLinks.nameOf('abc123'), served.vpcLinks.ofKind('http').map(({ id }) => id)],
      ['inside', ['def456']],
    );
  });

  it('changes the client certificates of templates when the stacks are served, and not if they are refused', () => {
    const certificate = (id: string): TestResource => ({
      type: 'AWS::ApiGateway::ClientCertificate',
      id,
      properties: {},
    });
    const served = aServed({ Old: certificate('old') });
    const { clientCertificates } = served.account;
    const ids = (): readonly string[] => clientCertificates.all.map(({ id }) => id);
    const kept = clientCertificates.find('old');

    const next = served.prepare([aStack({ New: certificate('new') })]);
    assert.deepEqual([ids(), clientCertificates.find('new')], [['old'], undefined]);
    const stage = { ClientCertificateId: 'old' };
    assert.throws(
      () => served.prepare([aStack({ New: certificate('new'), ...restRoutes({ 'GET /a': {} }, { stage }) })]),
      /Invalid client certificate identifier specified/,
    );
    assert.deepEqual([ids(), clientCertificates.find('old')], [['old'], kept]);

    next.serve();
    assert.deepEqual(ids(), ['new']);
  });

  it('forgets VPC links and permissions of calls when it restarts, and restores those of templates', () => {
    const served = aServed({
      Link: {
        type: 'AWS::ApiGatewayV2::VpcLink',
        id: 'own',
        properties: { Name: 'own', SubnetIds: ['s-1'] },
      },
      Permission: {
        type: 'AWS::Lambda::Permission',
        id: 'own',
        properties: { FunctionName: 'list', Action: 'lambda:InvokeFunction', Principal: 'sns.amazonaws.com' },
      },
    });
    const { account, vpcLinks } = served;
    const owner = { functionName: 'list', qualifier: undefined };
    const [own] = vpcLinks.ofKind('http');
    assert.ok(own !== undefined);
    vpcLinks.put({ ...own, id: 'made' });
    vpcLinks.delete('own');
    account.functionPolicies.add(owner, 'made', { Action: 'lambda:InvokeFunction' });
    account.functionPolicies.remove(owner, 'own');
    const { version } = account.functionPolicies;

    served.restart(REFUSING);

    assert.deepEqual(
      vpcLinks.ofKind('http').map(({ id }) => id),
      ['own'],
    );
    assert.deepEqual(
      account.functionPolicies.permissions.map(({ id }) => id),
      ['own'],
    );
    assert.ok(account.functionPolicies.version > version, 'compiled policies are read again');
  });

  it('forgets the client certificates of calls when it restarts, and keeps those of templates', () => {
    const served = aServed({
      Own: { type: 'AWS::ApiGateway::ClientCertificate', id: 'own', properties: {} },
    });
    const { clientCertificates } = served.account;
    const own = clientCertificates.find('own');
    clientCertificates.generate('made', 'by a call');
    clientCertificates.delete('own');

    served.restart(REFUSING);

    assert.deepEqual(
      clientCertificates.all.map(({ id }) => id),
      ['own'],
    );
    assert.notEqual(own, undefined);
  });
});
