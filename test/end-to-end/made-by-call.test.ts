import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  APIGatewayClient,
  CreateDeploymentCommand,
  CreateRestApiCommand,
  PutIntegrationCommand,
  PutMethodCommand,
} from '@aws-sdk/client-api-gateway';
import { createGateway } from '../../packages/gateway/engine/index.ts';
import type { Gateway } from '../../packages/gateway/engine/index.ts';
import { QUIET_GATEWAY } from '../support/a-gateway.ts';

const ADMIN = { accessKeyId: 'LOCALADMIN', secretAccessKey: 'of-this-test' };
const FUNCTION = {
  Type: 'AWS::Lambda::Function',
  Properties: {
    FunctionName: 'hello',
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Code: { ZipFile: 'exports.handler = async () => ({ statusCode: 200, body: "made" })' },
  },
};

/**
 * Sends a request to a URL whose host this machine need not be able to resolve. Every port of the gateway accepts the
 * request.
 */
function ask(url: string): Promise<string> {
  const { host, port, pathname } = new URL(url);
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: pathname, headers: { Host: host } }, (response) => {
      let text = `${response.statusCode ?? 0} `;
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve(text));
    }).on('error', reject);
  });
}

describe('a start without any API', () => {
  let folder = '';
  let gateway: Gateway;
  let sdk: APIGatewayClient;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gatewright-made-'));
    const template = join(folder, 'template.json');
    writeFileSync(template, JSON.stringify({ Resources: { Hello: FUNCTION } }));
    gateway = await createGateway({
      ...QUIET_GATEWAY,
      directory: folder,
      adminKey: ADMIN,
    });
    await gateway.load([template]);
    const { control } = await gateway.listen();
    sdk = new APIGatewayClient({
      endpoint: control,
      region: 'us-east-1',
      credentials: ADMIN,
      maxAttempts: 1,
    });
  });
  after(async () => {
    sdk.destroy();
    await gateway.close();
    rmSync(folder, { recursive: true });
  });

  it('serves the API that a call creates, at the address in the list of routes', async () => {
    assert.deepEqual(gateway.routes(), []);
    const { id: restApiId = '', rootResourceId: resourceId = '' } = await sdk.send(
      new CreateRestApiCommand({ name: 'made' }),
    );
    const method = { restApiId, resourceId, httpMethod: 'GET' };
    await sdk.send(new PutMethodCommand({ ...method, authorizationType: 'NONE' }));
    const functionArn = 'arn:aws:lambda:us-east-1:123456789012:function:hello';
    await sdk.send(
      new PutIntegrationCommand({
        ...method,
        type: 'AWS_PROXY',
        integrationHttpMethod: 'POST',
        uri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${functionArn}/invocations`,
      }),
    );
    await sdk.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));

    const [made] = gateway.routes();

    assert.match(made?.url ?? '', new RegExp(`^http://127\\.0\\.0\\.1:\\d+/_api/${restApiId}/dev$`));
    const { port, pathname } = new URL(made?.url ?? '');
    assert.equal(await ask(`${made?.url ?? ''}/`), '200 made');
    const named = `http://${restApiId}.execute-api.localhost:${port}`;
    assert.equal(await ask(`${named}/dev/`), '200 made', 'at its own host name, on systems that resolve it');
    assert.match(await ask(`${named}${pathname}/`), /^403/, 'the host name already says which API is meant');
    assert.match(await ask(`http://127.0.0.1:${port}/_api/none/dev/`), /^403/);
  });
});
