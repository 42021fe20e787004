/** What is advised about CORS is written in the format of the user’s file, and a browser then accepts the reply. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anAdvisedProject } from '../../../../support/an-advised-project.ts';

const PAGE = 'https://app.example';
const ASKED = {
  Origin: PAGE,
  'Access-Control-Request-Method': 'PUT',
  'Access-Control-Request-Headers': 'authorization',
};
const HANDLER = `exports.main = async () => ({ statusCode: 200, body: 'ok' });`;
const FILES = { 'package.json': '{}', 'index.js': HANDLER };
const service = (settings: string): string => `
service: shop
provider: { name: aws, runtime: nodejs22.x }
functions:
  main:
    handler: index.main
    ${settings}
`;
const httpApi = (origin: string, header: string): string =>
  service(`events: [{ httpApi: PUT /pets }]`).replace(
    'nodejs22.x }',
    `nodejs22.x, httpApi: { cors: { allowedOrigins: ['${origin}'], allowedMethods: [PUT], allowedHeaders: [${header}] } } }`,
  );
const sam = (api: string): string => `
Transform: AWS::Serverless-2016-10-31
Resources:
  Shop: { Type: AWS::Serverless::Api, Properties: { StageName: dev${api} } }
  Main:
    Type: AWS::Serverless::Function
    Properties: { Runtime: nodejs22.x, CodeUri: ., Handler: index.main, Events: { Put: { Type: Api, Properties: { RestApiId: !Ref Shop, Path: /pets, Method: put } } } }
`;

type Row = {
  readonly name: string;
  readonly file: string;
  readonly path: string;
  readonly given: string;
  readonly change: RegExp;
  readonly then: string;
};

const ROWS: readonly Row[] = [
  {
    // https://www.serverless.com/framework/docs/providers/aws/events/apigateway#enabling-cors
    name: 'the http event of serverless.yml',
    file: 'serverless.yml',
    path: '/pets',
    given: service('events: [{ http: PUT /pets }]'),
    change:
      /^Write the http event of PUT as an object with path, method and cors: \{ origin: 'https:\/\/app\.example', headers: \['authorization'\] \}, from which osls/m,
    then: service(
      `events: [{ http: { path: /pets, method: put, cors: { origin: '${PAGE}', headers: ['authorization'] } } }]`,
    ),
  },
  {
    // https://www.serverless.com/framework/docs/providers/aws/guide/functions#lambda-function-urls
    name: 'the url of a function in serverless.yml',
    file: 'serverless.yml',
    path: '/',
    given: service(
      `url: { cors: { allowedOrigins: ['https://other.example'], allowedMethods: [PUT], allowedHeaders: [authorization] } }`,
    ),
    change: /^Add https:\/\/app\.example to allowedOrigins in url\.cors of the function\.$/m,
    then: service(
      `url: { cors: { allowedOrigins: ['https://other.example', '${PAGE}'], allowedMethods: [PUT], allowedHeaders: [authorization] } }`,
    ),
  },
  {
    // https://www.serverless.com/framework/docs/providers/aws/events/http-api#cors-setup
    // A newcomer corrected the origin only, and the browser refused the header next.
    name: 'provider.httpApi.cors, of which both the origin and the header are missing',
    file: 'serverless.yml',
    path: '/pets',
    given: httpApi('https://other.example', 'content-type'),
    change:
      /allowedOrigins:[^]*https:\/\/app\.example[^]*Add authorization to [^]*allowedHeaders:[^]*content-type[^]*authorization/,
    then: httpApi(PAGE, 'authorization'),
  },
  {
    // https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-corsconfiguration.html
    name: 'Cors of SAM',
    file: 'template.yaml',
    path: '/pets',
    given: sam(''),
    change:
      /^Set Cors of Shop to \{ AllowOrigin: "'https:\/\/app\.example'", AllowMethods: "'PUT,OPTIONS'", AllowHeaders: "'authorization'" \}, from which/m,
    then: sam(
      `, Cors: { AllowOrigin: "'${PAGE}'", AllowMethods: "'PUT,OPTIONS'", AllowHeaders: "'authorization'" }`,
    ),
  },
];

describe('the advice about a preflight', () => {
  for (const { name, file, path, given, change, then } of ROWS)
    it(`is in the format of the file: ${name}`, async () => {
      using project = anAdvisedProject(file, { ...FILES, [file]: given });
      const request = { path, method: 'OPTIONS', headers: ASKED };
      const { changes } = await project.ask(request);
      assert.match(changes.join('\n'), change);

      project.write(file, then);
      const mended = await project.ask(request);
      assert.ok(mended.status < 300, `the preflight has the status ${mended.status}`);
      assert.doesNotMatch(
        [...mended.sentences, ...mended.changes].join('\n'),
        /This was a preflight|The page from/,
      );
    });
});
