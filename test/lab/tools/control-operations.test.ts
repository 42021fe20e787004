import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import * as rest from '@aws-sdk/client-api-gateway';
import * as v2 from '@aws-sdk/client-apigatewayv2';
import { addressOf, commandsOf } from '../../../lab/tools/control-operations.ts';
import { aRestControl } from '../../support/a-rest-control.ts';
import type { TestRestControl } from '../../support/a-rest-control.ts';

const PORTALS =
  'CreatePortal CreatePortalProduct CreateProductPage CreateProductRestEndpointPage DeletePortal ' +
  'DeletePortalProduct DeletePortalProductSharingPolicy DeleteProductPage DeleteProductRestEndpointPage ' +
  'DisablePortal GetPortal GetPortalProduct GetPortalProductSharingPolicy GetProductPage ' +
  'GetProductRestEndpointPage ListPortalProducts ListPortals ListProductPages ListProductRestEndpointPages ' +
  'PreviewPortal PublishPortal PutPortalProductSharingPolicy UpdatePortal UpdatePortalProduct ' +
  'UpdateProductPage UpdateProductRestEndpointPage';
const PRIVATE_DOMAINS =
  'CreateDomainNameAccessAssociation DeleteDomainNameAccessAssociation GetDomainNameAccessAssociations ' +
  'RejectDomainNameAccessAssociation';
const UNUSED = 'GetModelTemplate';

const CLIENTS: readonly {
  readonly name: string;
  readonly client: Readonly<Record<string, unknown>>;
  /** Commands that are answered with 501; every other one has a route of its own. */
  readonly refused: string;
}[] = [
  {
    name: 'client-api-gateway',
    client: rest,
    refused: `${PRIVATE_DOMAINS} ${UNUSED} GetSdk GetSdkType GetSdkTypes`,
  },
  { name: 'client-apigatewayv2', client: v2, refused: `${PORTALS} ${UNUSED}` },
];

const GUIDE = readFileSync(new URL('../../../docs/design/control-plane.md', import.meta.url), 'utf8');

describe('every command of the AWS SDK for API Gateway', () => {
  let control: TestRestControl;
  before(async () => {
    control = await aRestControl({});
  });
  after(() => control.close());

  for (const { name, client, refused } of CLIENTS)
    it(`is served, or refused with 501 and named in docs/design/control-plane.md: ${name}`, async () => {
      const commands = commandsOf(client);
      const answered501: string[] = [];
      for (const command of commands) {
        const [method, path] = addressOf(client, command);
        const { status, body } = await control.ask('apigateway', method, fill(path), '{}');
        assert.ok(status !== 500, `${command}: ${body}`);
        if (status === 501) answered501.push(command);
      }

      assert.ok(commands.length > 0, 'no call was found in the guide');
      assert.deepEqual(answered501.sort(), refused.split(' ').sort());
      assert.deepEqual(
        answered501.filter((command) => !GUIDE.includes(`\`${command}\``)),
        [],
      );
    });
});

/** Nothing has this id: a route of its own says so, and changes nothing. */
function fill(path: string): string {
  return path.replaceAll(/\{[^}]+\}/g, 'nothing');
}
