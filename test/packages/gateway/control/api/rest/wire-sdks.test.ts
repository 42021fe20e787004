import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { GetSdkCommand, GetSdkTypeCommand, GetSdkTypesCommand } from '@aws-sdk/client-api-gateway';
import { aRestControl, refusalOf as readRefusal } from '../../../../../support/a-rest-control.ts';
import { API_ID } from '../../../../../support/metered-apis.ts';
import { withAuthorizer, ok, policy, TOKEN } from '../../../../../support/rest-apis.ts';
import type { TestRestControl } from '../../../../../support/a-rest-control.ts';

async function refusalOf(call: Promise<unknown>): Promise<string> {
  const { name, message } = await readRefusal(call);
  return `${name}: ${message}`;
}

let control: TestRestControl;
before(async () => {
  control = await aRestControl(withAuthorizer(TOKEN), { list: ok, auth: () => policy('Allow', '*') });
});
after(() => control.close());

const getSdk = (sdkType: string, parameters = {}, restApiId = API_ID) =>
  refusalOf(control.sdk.send(new GetSdkCommand({ restApiId, stageName: 'prod', sdkType, parameters })));

describe('client SDKs over AWS’s REST API', () => {
  it('lists the types that the API reference names, with the parameters of each', async () => {
    const { items = [] } = await control.sdk.send(new GetSdkTypesCommand({}));
    assert.deepEqual(
      items.map(({ id }) => id),
      ['android', 'java', 'javascript', 'objectivec', 'ruby', 'swift'],
    );
    // API Gateway developer guide, "Generate SDKs for REST APIs": the parameters of Android.
    assert.deepEqual(
      items[0]?.configurationProperties?.map(({ name }) => name),
      ['groupId', 'artifactId', 'artifactVersion', 'invokerPackage'],
    );
    const swift = await control.sdk.send(new GetSdkTypeCommand({ id: 'swift' }));
    assert.deepEqual(
      swift.configurationProperties?.map(({ name, required }) => [name, required]),
      [['classPrefix', true]],
    );
    const none = refusalOf(control.sdk.send(new GetSdkTypeCommand({ id: 'cobol' })));
    assert.match(await none, /^NotFoundException: /);
  });

  it('refuses GetSdk as AWS would, and what is right by name', async () => {
    assert.match(await getSdk('javascript', {}, 'none'), /^NotFoundException: /);
    assert.match(await getSdk('cobol'), /^BadRequestException: Invalid SDK type/);
    assert.match(await getSdk('swift'), /^BadRequestException: .*\[classPrefix\]/);
    assert.match(
      await getSdk('swift', { classPrefix: 'P' }),
      /^NotImplementedException: GetSdk is not supported/,
    );
  });
});
