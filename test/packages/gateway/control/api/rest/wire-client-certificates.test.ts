import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import {
  DeleteClientCertificateCommand,
  GenerateClientCertificateCommand,
  GetClientCertificateCommand,
  GetClientCertificatesCommand,
  GetStageCommand,
  UpdateClientCertificateCommand,
} from '@aws-sdk/client-api-gateway';
import { answered, DEFAULT } from '../../../../../support/a-method.ts';
import { aRestControl, refusalOf } from '../../../../../support/a-rest-control.ts';
import { aStack } from '../../../../../support/a-stack.ts';
import { patchStage, restApiId } from '../../../../../support/an-edited-api.ts';
import { restRoutes } from '../../../../../support/routed-apis.ts';
import type { TestRestControl } from '../../../../../support/a-rest-control.ts';

const Integration = {
  Type: 'HTTP',
  IntegrationHttpMethod: 'GET',
  Uri: 'https://backend.example/',
  IntegrationResponses: DEFAULT,
};
const routes = { 'GET /1': { Integration, MethodResponses: [{ StatusCode: '200' }] } };
const Cert = {
  type: 'AWS::ApiGateway::ClientCertificate',
  id: 'cert01',
  properties: { Description: 'ours' },
};

describe('client certificates through the AWS SDK', () => {
  let control: TestRestControl;
  before(async () => {
    control = await aRestControl(restRoutes(routes, { more: { Cert } }));
    control.ports.http.answer = () => answered('{}');
  });
  after(() => control.close());

  const use = (value: string): Promise<unknown> =>
    patchStage(control, 'dev', { op: 'replace', path: '/clientCertificateId', value });
  /** The certificate that the backend of the stage is shown, in PEM. */
  const shown = async (): Promise<string | undefined> => {
    await control.send({ target: '/dev/1' });
    return control.ports.http.requests.at(-1)?.clientCertificate?.certificate;
  };

  it('are generated, described, listed and deleted, and show no private key', async () => {
    const made = await control.sdk.send(
      new GenerateClientCertificateCommand({ description: 'mine', tags: { team: 'a' } }),
    );
    const { clientCertificateId = '', pemEncodedCertificate = '' } = made;
    const certificate = new X509Certificate(pemEncodedCertificate);
    await control.sdk.send(
      new UpdateClientCertificateCommand({
        clientCertificateId,
        patchOperations: [{ op: 'replace', path: '/description', value: 'changed' }],
      }),
    );
    const got = await control.sdk.send(new GetClientCertificateCommand({ clientCertificateId }));
    const listed = await control.sdk.send(new GetClientCertificatesCommand({}));

    assert.deepEqual(
      [made.$metadata.httpStatusCode, made.description, made.tags],
      [201, 'mine', { team: 'a' }],
    );
    assert.equal(certificate.verify(certificate.publicKey), true);
    assert.equal(certificate.validToDate.getTime(), made.expirationDate?.getTime());
    assert.equal(got.description, 'changed');
    assert.deepEqual(
      listed.items?.map((item) => item.clientCertificateId),
      ['cert01', clientCertificateId],
    );
    assert.doesNotMatch(JSON.stringify([made, got, listed]), /PRIVATE/);
    await control.sdk.send(new DeleteClientCertificateCommand({ clientCertificateId }));
    assert.deepEqual(
      await refusalOf(control.sdk.send(new GetClientCertificateCommand({ clientCertificateId }))),
      { name: 'NotFoundException', message: 'Invalid Client Certificate identifier specified' },
    );
  });

  it('are presented at once to the backends of a stage that names one', async () => {
    const { pemEncodedCertificate } = await control.sdk.send(
      new GetClientCertificateCommand({ clientCertificateId: 'cert01' }),
    );

    const before = await shown();
    await use('cert01');
    const stage = await control.sdk.send(new GetStageCommand({ restApiId, stageName: 'dev' }));

    assert.equal(before, undefined);
    assert.equal(stage.clientCertificateId, 'cert01');
    assert.equal(await shown(), pemEncodedCertificate);
    const inUse = control.sdk.send(new DeleteClientCertificateCommand({ clientCertificateId: 'cert01' }));
    assert.match((await refusalOf(inUse)).message, /in use/);
    control.served.prepare([aStack(restRoutes(routes, { more: { Cert } }))]).serve();
    assert.equal(await shown(), pemEncodedCertificate, 'a reload makes no new one');
    await use('');
    assert.equal(await shown(), undefined);
  });

  it('are refused by calls and in templates if the id does not exist', async () => {
    const message = 'Invalid client certificate identifier specified';
    assert.deepEqual(await refusalOf(use('nobody')), { name: 'BadRequestException', message });
    const stage = { ClientCertificateId: 'nobody' };
    assert.throws(() => control.served.prepare([aStack(restRoutes(routes, { stage }))]), {
      name: 'DefinitionError',
      message,
    });
  });
});
