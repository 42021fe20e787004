import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateDocumentationPartCommand,
  CreateDocumentationVersionCommand,
  DeleteDocumentationPartCommand,
  DeleteDocumentationVersionCommand,
  GetDocumentationPartCommand,
  GetDocumentationPartsCommand,
  GetDocumentationVersionCommand,
  GetDocumentationVersionsCommand,
  GetExportCommand,
  GetStageCommand,
  ImportDocumentationPartsCommand,
  ImportRestApiCommand,
  UpdateDocumentationPartCommand,
  UpdateDocumentationVersionCommand,
} from '@aws-sdk/client-api-gateway';
import { aRestControl, refusalOf as readRefusal } from '../../../../../support/a-rest-control.ts';
import { API_ID } from '../../../../../support/metered-apis.ts';
import { withAuthorizer, ok, policy, TOKEN } from '../../../../../support/rest-apis.ts';
import type { TestRestControl } from '../../../../../support/a-rest-control.ts';

const restApiId = API_ID;
const PETS = { type: 'METHOD', path: '/pets', method: 'GET' } as const;

async function refusalOf(call: Promise<unknown>): Promise<string> {
  const { name, message } = await readRefusal(call);
  return `${name}: ${message}`;
}

let control: TestRestControl;
before(async () => {
  control = await aRestControl(
    {
      ...withAuthorizer({ ...TOKEN, Name: 'guard' }),
      Said: {
        type: 'AWS::ApiGateway::DocumentationPart',
        properties: {
          RestApiId: API_ID,
          Location: { Type: 'API' },
          Properties: '{"description":"of a stack"}',
        },
      },
      First: {
        type: 'AWS::ApiGateway::DocumentationVersion',
        properties: { RestApiId: API_ID, DocumentationVersion: 'first', Description: 'by a stack' },
      },
    },
    { list: ok, auth: () => policy('Allow', '*') },
  );
});
after(() => control.close());

const places = async (): Promise<readonly (string | undefined)[]> => {
  const { items = [] } = await control.sdk.send(new GetDocumentationPartsCommand({ restApiId }));
  return items.map(({ location, properties }) => `${location?.type} ${location?.path ?? ''} ${properties}`);
};

const importing = (documentationParts: readonly unknown[], mode: 'merge' | 'overwrite') =>
  control.sdk.send(
    new ImportDocumentationPartsCommand({
      restApiId,
      mode,
      body: Buffer.from(
        JSON.stringify({
          openapi: '3.0.1',
          info: { title: 'pets', version: '1' },
          paths: {},
          'x-amazon-apigateway-documentation': { version: '1', documentationParts },
        }),
      ),
    }),
  );

const exported = async (extensions: string): Promise<unknown> => {
  const { body } = await control.sdk.send(
    new GetExportCommand({ restApiId, stageName: 'prod', exportType: 'oas30', parameters: { extensions } }),
  );
  const document = JSON.parse(Buffer.from(body ?? []).toString()) as Readonly<Record<string, unknown>>;
  return document['x-amazon-apigateway-documentation'];
};

describe('documentation over AWS’s REST API', () => {
  it("shows the template's parts, and next to them its version", async () => {
    assert.deepEqual(await places(), ['API  {"description":"of a stack"}']);
    const shown = await control.sdk.send(
      new GetDocumentationVersionCommand({ restApiId, documentationVersion: 'first' }),
    );
    assert.equal(shown.description, 'by a stack');
  });

  it('makes, shows, changes and deletes a part', async () => {
    const made = await control.sdk.send(
      new CreateDocumentationPartCommand({ restApiId, location: PETS, properties: '{"summary":"all pets"}' }),
    );
    assert.deepEqual(made.location, PETS);
    const documentationPartId = made.id!;
    const changed = await control.sdk.send(
      new UpdateDocumentationPartCommand({
        restApiId,
        documentationPartId,
        patchOperations: [{ op: 'replace', path: '/properties', value: '{"summary":"pets"}' }],
      }),
    );
    assert.equal(changed.properties, '{"summary":"pets"}');
    const { items } = await control.sdk.send(
      new GetDocumentationPartsCommand({ restApiId, type: 'METHOD', path: '/pets' }),
    );
    assert.deepEqual(items, [{ id: made.id, location: PETS, properties: '{"summary":"pets"}' }]);
    await control.sdk.send(new DeleteDocumentationPartCommand({ restApiId, documentationPartId }));
    const gone = control.sdk.send(new GetDocumentationPartCommand({ restApiId, documentationPartId }));
    assert.match(await refusalOf(gone), /^NotFoundException: /);
  });

  // API Gateway API reference, DocumentationPartLocation: which members are valid for which type.
  for (const [type, members] of [
    ['RESOURCE', { path: '/pets' }],
    ['PATH_PARAMETER', { path: '/pets', method: 'GET', name: 'id' }],
    ['REQUEST_BODY', { path: '/pets', method: 'POST' }],
    ['RESPONSE', { path: '/pets', method: 'POST', statusCode: '200' }],
    ['RESPONSE_HEADER', { path: '/pets', method: 'GET', statusCode: '404', name: 'x-id' }],
    ['RESPONSE_BODY', { path: '/pets', method: 'GET', statusCode: '200' }],
  ] as const)
    it(`places a part of type ${type} by ${Object.keys(members).join(', ')}`, async () => {
      const made = await control.sdk.send(
        new CreateDocumentationPartCommand({ restApiId, location: { type, ...members }, properties: '{}' }),
      );

      assert.deepEqual(made.location, { type, ...members });
      await control.sdk.send(new DeleteDocumentationPartCommand({ restApiId, documentationPartId: made.id }));
    });

  it('refuses a second part for one location, locations that do not exist, and invalid properties', async () => {
    const create = (location: object, properties = '{}') =>
      refusalOf(
        control.sdk.send(
          new CreateDocumentationPartCommand({ restApiId, location: location as typeof PETS, properties }),
        ),
      );
    assert.match(await create({ type: 'API' }), /^ConflictException: /);
    assert.match(
      await create({ type: 'PLANET' }),
      /^ValidationException: .*'PLANET' at 'createDocumentationPartInput\.location\.type'/,
    );
    assert.match(await create({ type: 'API', path: '/' }), /^BadRequestException: /);
    assert.match(await create(PETS, 'text'), /^BadRequestException: /);
  });

  it('imports parts: merged by attribute, or in the place of all', async () => {
    const { ids, warnings } = await importing(
      [
        { location: { type: 'API' }, properties: { title: 'Pets' } },
        { location: PETS, properties: { summary: 'all' } },
      ],
      'merge',
    );
    assert.equal(ids?.length, 2);
    assert.equal(warnings, undefined);
    assert.deepEqual(await places(), [
      'API  {"description":"of a stack","title":"Pets"}',
      'METHOD /pets {"summary":"all"}',
    ]);
    await importing([{ location: PETS, properties: { summary: 'every pet' } }], 'overwrite');
    assert.deepEqual(await places(), ['METHOD /pets {"summary":"every pet"}']);
  });

  it('makes parts of the extension of a document that is imported as an API', async () => {
    const body = {
      openapi: '3.0.1',
      info: { title: 'dogs', version: '1' },
      paths: {},
      'x-amazon-apigateway-documentation': {
        documentationParts: [
          { location: { type: 'API' }, properties: { description: 'dogs' } },
          { location: 1 },
        ],
      },
    };
    const made = await control.sdk.send(
      new ImportRestApiCommand({ body: Buffer.from(JSON.stringify(body)) }),
    );
    const { items } = await control.sdk.send(new GetDocumentationPartsCommand({ restApiId: made.id }));
    assert.deepEqual(
      items?.map(({ location, properties }) => [location, properties]),
      [[{ type: 'API' }, '{"description":"dogs"}']],
    );
    assert.equal(made.warnings?.length, 1, 'the part without a place');
  });

  it('exports the version of a stage as it was created, and only if it is requested', async () => {
    await control.sdk.send(
      new CreateDocumentationVersionCommand({
        restApiId,
        documentationVersion: '1.0',
        stageName: 'prod',
        description: 'to read',
      }),
    );
    await importing([{ location: { type: 'API' }, properties: { title: 'Later' } }], 'overwrite');
    const stage = await control.sdk.send(new GetStageCommand({ restApiId, stageName: 'prod' }));
    assert.equal(stage.documentationVersion, '1.0');
    const { version, documentationParts } = (await exported('documentation')) as Readonly<
      Record<string, unknown>
    >;
    assert.equal(version, '1.0');
    assert.deepEqual(documentationParts, [{ location: PETS, properties: { summary: 'every pet' } }]);
    assert.equal(await exported('integrations'), undefined);
  });

  it('lists, describes and deletes versions, each name once', async () => {
    const again = new CreateDocumentationVersionCommand({ restApiId, documentationVersion: '1.0' });
    assert.match(await refusalOf(control.sdk.send(again)), /^ConflictException: /);
    const documentationVersion = '1.0';
    const changed = await control.sdk.send(
      new UpdateDocumentationVersionCommand({
        restApiId,
        documentationVersion,
        patchOperations: [{ op: 'replace', path: '/description', value: 'read' }],
      }),
    );
    assert.equal(changed.description, 'read');
    await control.sdk.send(new DeleteDocumentationVersionCommand({ restApiId, documentationVersion }));
    const { items = [] } = await control.sdk.send(new GetDocumentationVersionsCommand({ restApiId }));
    assert.deepEqual(
      items.map(({ version }) => version),
      ['first'],
    );
  });

  it('has nothing to deploy afterwards', () => {
    assert.deepEqual(
      control.ports.log.lines.filter((line) => line.includes('edited but not deployed')),
      [],
    );
  });
});
