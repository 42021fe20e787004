import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withIntegration } from '../../../../../packages/gateway/control/edits/edit-methods.ts';
import { callMadeResource } from '../../../../../packages/gateway/control/edits/edit-resources.ts';

describe('withIntegration', () => {
  const method = callMadeResource('r-GET', { HttpMethod: 'GET' });
  const integration = { Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST' };

  it('gives the method its integration', () => {
    const Credentials = 'arn:aws:iam::123456789012:role/caller';

    const properties = withIntegration(method, { ...integration, Credentials });

    assert.deepEqual(properties, { HttpMethod: 'GET', Integration: { ...integration, Credentials } });
  });

  it('refuses credentials of the caller, which nothing here would apply', () => {
    assert.throws(() => withIntegration(method, { ...integration, Credentials: 'arn:aws:iam::*:user/*' }), {
      code: 'BadRequestException',
      message: /permissions of the caller/,
    });
  });
});
