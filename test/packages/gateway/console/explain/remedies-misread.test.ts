/**
 * Handlers that read a value where their event does not have it, and well-known errors of handlers, are explained with
 * their line, mended exactly as advised, and then respond (docs/aws §3.1–§3.3, §4.2, §8.2).
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { escapeForRegExp } from '../../../../../packages/base/aws/text/escape-for-regexp.ts';
import { anAdvisedProject } from '../../../../support/an-advised-project.ts';

type Kind = 'Api' | 'HttpApi';

const template = (kind: Kind, runtime: string, more = ''): string => `
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::${kind}
    Properties:
      StageName: ${kind === 'Api' ? 'dev' : '$default'}
${more}
  Main:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: ${runtime}
      CodeUri: .
      Handler: index.main
      Events:
        Root: { Type: ${kind}, Properties: { ${kind === 'Api' ? 'RestApiId' : 'ApiId'}: !Ref Api, Path: /, Method: POST } }
`;

/** The integration of osls without a proxy, whose template ends with references to the caller. */
const TEMPLATED = String.raw`
Transform: AWS::Serverless-2016-10-31
Resources:
  Main: { Type: AWS::Serverless::Function, Properties: { Runtime: nodejs22.x, CodeUri: ., Handler: index.main } }
  Allow: { Type: AWS::Lambda::Permission, Properties: { Action: lambda:InvokeFunction, FunctionName: !Ref Main, Principal: apigateway.amazonaws.com } }
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: shop } }
  Method:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: GET
      AuthorizationType: NONE
      MethodResponses: [{ StatusCode: '200' }]
      Integration:
        Type: AWS
        IntegrationHttpMethod: POST
        Uri: !Sub 'arn:aws:apigateway:${'$'}{AWS::Region}:lambda:path/2015-03-31/functions/${'$'}{Main.Arn}/invocations'
        IntegrationResponses: [{ StatusCode: '200' }]
        RequestTemplates:
          application/json: |
            #define( $loop )
            {
              #foreach($key in $map.keySet())
                "$util.escapeJavaScript($key)": "$util.escapeJavaScript($map.get($key))"
                #if( $foreach.hasNext ) , #end
              #end
            }
            #end
            {
              "method": "$context.httpMethod",
              "principalId": "$context.authorizer.principalId",
              #set( $map = $input.params().querystring )
              "query": $loop
            }
  Deployment: { Type: AWS::ApiGateway::Deployment, DependsOn: Method, Properties: { RestApiId: !Ref Api } }
  Stage: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: dev } }
`;

type Row = {
  readonly name: string;
  /** The page or thread from which the expectation is taken. */
  readonly source: string;
  readonly kind: Kind;
  readonly runtime?: string;
  readonly api?: string;
  /** The path and query of the request; / by default. */
  readonly path?: string;
  readonly handler: string;
  /** What the explanation says, with the line. */
  readonly because: RegExp;
  readonly change: RegExp;
  /** What the change advises is written in the place of this text. */
  readonly mend: readonly [written: string, instead: string];
  readonly never?: RegExp;
};

const body = (expression: string): string =>
  `exports.main = async (event) => ({ statusCode: 200, body: ${expression} === undefined ? 'none' : 'ok' });`;

const ROWS: readonly Row[] = [
  {
    name: 'a value of the query that is decoded twice',
    source: 'docs/aws §3.1, queryStringParameters of a REST API',
    kind: 'Api',
    path: '/?label=50%25',
    handler: body('decodeURIComponent(event.queryStringParameters.label)'),
    because:
      /API Gateway decodes the values of queryStringParameters .*event\.queryStringParameters\.label contains a % that is only text/,
    change:
      /^Use event\.queryStringParameters\.label as it is at \S+index\.js:1, without decodeURIComponent\.$/,
    mend: ['decodeURIComponent(event.queryStringParameters.label)', 'event.queryStringParameters.label'],
    never: /Fix the function/,
  },
  {
    name: 'the method of payload 1.0 with payload 2.0',
    source:
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html',
    kind: 'HttpApi',
    handler: body('event.httpMethod'),
    because: /index\.js:1 reads event\.httpMethod, but the event of payload format 2\.0 has no httpMethod/,
    change: /^Read event\.requestContext\.http\.method instead of event\.httpMethod at \S+index\.js:1\.$/,
    mend: ['event.httpMethod', 'event.requestContext.http.method'],
  },
  {
    name: 'the address of the caller of payload 2.0 with a REST API',
    source:
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html',
    kind: 'Api',
    handler: body('event.requestContext.http?.sourceIp'),
    because: /reads event\.requestContext\.http\?\.sourceIp, but the event of payload format 1\.0 has no/,
    change: /^Read event\.requestContext\.identity\.sourceIp instead of/,
    mend: ['event.requestContext.http?.sourceIp', 'event.requestContext.identity.sourceIp'],
  },
  {
    name: 'a header in the spelling of REST, in an event with lower case',
    source:
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html',
    kind: 'HttpApi',
    handler: body("event.headers['Content-Type']"),
    because: /the names of headers are in lower case in events of payload format 2\.0/,
    change: /^Read event\.headers\['content-type'\] instead of event\.headers\['Content-Type'\]/,
    mend: ["event.headers['Content-Type']", "event.headers['content-type']"],
  },
  {
    name: 'a member of the body, which is text',
    source:
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html',
    kind: 'Api',
    handler: body('event.body.name'),
    because: /reads event\.body\.name, but event\.body is text, which has no members/,
    change: /^Read JSON\.parse\(event\.body\)\.name instead of event\.body\.name/,
    mend: ['event.body.name', 'JSON.parse(event.body).name'],
  },
  {
    name: 'a stage variable in the environment',
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/stage-variables.html',
    kind: 'Api',
    api: '      Variables: { TABLE: orders }',
    handler: body('process.env.TABLE'),
    because: /reads process\.env\.TABLE, but TABLE is a variable of the stage/,
    change: /^Read event\.stageVariables\.TABLE instead of process\.env\.TABLE/,
    mend: ['process.env.TABLE', 'event.stageVariables.TABLE'],
  },
  {
    name: 'a query that the request does not have, in an event without the member',
    source:
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html',
    kind: 'HttpApi',
    handler:
      "exports.main = async (event) => ({ statusCode: 200, body: event.queryStringParameters.q ?? 'ok' });",
    because: /reads event\.queryStringParameters\.q, but the event has no queryStringParameters/,
    change: /^Give the value a default at \S+index\.js:1: \(event\.queryStringParameters \?\? \{\}\)\.q/,
    mend: ['event.queryStringParameters.q', '(event.queryStringParameters ?? {}).q'],
  },
  {
    name: 'a circular object as JSON',
    source: 'https://developer.mozilla.org/docs/Web/JavaScript/Reference/Errors/Cyclic_object_value',
    kind: 'Api',
    handler: `exports.main = async () => {
  const response = { data: 'ok' };
  response.self = response;
  return { statusCode: 200, body: JSON.stringify(response).replaceAll('"', '') };
};`,
    because: /Converting circular structure to JSON/,
    change: /^Stringify at \S+index\.js:4 only the data that the caller needs, such as response\.data/,
    mend: ['JSON.stringify(response)', 'JSON.stringify(response.data)'],
  },
  {
    name: 'the whole response as one text',
    source:
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html',
    kind: 'Api',
    handler: "exports.main = async () => JSON.stringify({ statusCode: 200, body: 'ok' });",
    because: /not a JSON object, but a string that contains a JSON object/,
    change: /^Return the object itself from the function/,
    mend: ["JSON.stringify({ statusCode: 200, body: 'ok' })", "({ statusCode: 200, body: 'ok' })"],
  },
  {
    name: 'a field of the posted JSON as a member of the event',
    source: 'https://github.com/nficano/python-lambda/issues/52',
    kind: 'Api',
    handler:
      "exports.main = async (event) => ({ statusCode: 200, body: event.name.length === 1 ? 'ok' : 'none' });",
    because: /reads event\.name\.length, but the event has no name: it is a field of the request’s JSON/,
    change: /^Read JSON\.parse\(event\.body\)\.name\.length instead of event\.name\.length at/,
    mend: ['event.name.length', 'JSON.parse(event.body).name.length'],
  },
  {
    name: 'the lists of repeated parameters of payload 1.0 with payload 2.0',
    source:
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html',
    kind: 'HttpApi',
    path: '/?tag=a&tag=b',
    handler:
      "exports.main = async (event) => ({ statusCode: 200, body: event.multiValueQueryStringParameters.tag.length === 2 ? 'ok' : 'none' });",
    because: /it has rawQueryString, and joins repeated values with commas in queryStringParameters/,
    change: /^Read new URLSearchParams\(event\.rawQueryString\)\.getAll\('tag'\) instead of/,
    mend: [
      'event.multiValueQueryStringParameters.tag',
      "new URLSearchParams(event.rawQueryString).getAll('tag')",
    ],
  },
  {
    name: 'bytes as the body of a result',
    source: 'https://github.com/odd12258053/agraffe/issues/6',
    kind: 'HttpApi',
    runtime: 'python3.13',
    handler:
      "import base64\ndef main(event, context):\n    data = bytes([0x6f, 0x6b])\n    return {'statusCode': 200, 'body': bytes([0x89]) and BYTES}\n".replace(
        'BYTES',
        'bytes([0x89]) + data',
      ),
    because: /can't decode byte 0x89/,
    change: /^Return base64 text in place of the bytes .*'body': base64\.b64encode\(data\)\.decode\(\)/,
    mend: [
      "'body': bytes([0x89]) and bytes([0x89]) + data",
      "'body': base64.b64encode(data).decode(), 'isBase64Encoded': True",
    ],
  },
  {
    name: 'a handler of Python with one parameter',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html',
    kind: 'Api',
    runtime: 'python3.13',
    handler: "def main(event):\n    return {'statusCode': 200, 'body': 'ok'}\n",
    because: /main\(\) takes 1 positional argument but 2 were given/,
    change: /^Give the handler of the function \S+ both parameters .*: def main\(event, context\):$/,
    mend: ['def main(event):', 'def main(event, context):'],
    never: /bootstrap\.py/,
  },
  {
    name: 'a method of Python without self, which the code calls and not Lambda',
    source: 'https://docs.python.org/3/tutorial/classes.html#random-remarks',
    kind: 'Api',
    runtime: 'python3.13',
    handler:
      "class Order:\n    def load(key):\n        return key\ndef main(event, context):\n    return {'statusCode': 200, 'body': Order().load('ok')}\n",
    because: /load\(\) takes 1 positional argument but 2 were given/,
    change: /^Call load at \S+index\.py:5 with the arguments that it takes, .* a method is self\.$/,
    mend: ['def load(key):', 'def load(self, key):'],
    never: /def load\(event, context\)/,
  },
  {
    name: 'a handler of Python that is async',
    source: 'https://docs.python.org/3/library/asyncio-task.html#coroutines',
    kind: 'HttpApi',
    runtime: 'python3.13',
    handler:
      "import asyncio\nasync def work(event):\n    return {'statusCode': 200, 'body': 'ok'}\ndef main(event, context):\n    return work(event)\n",
    because: /Object of type coroutine is not JSON serializable/,
    change:
      /^Await the async function, or run it with asyncio\.run\(…\): .* returned a coroutine instead of the result/,
    mend: ['return work(event)', 'return asyncio.run(work(event))'],
    never: /default=str|bootstrap\.py|tracemalloc/,
  },
  {
    name: 'a Decimal as JSON',
    source: 'https://docs.python.org/3/library/json.html#json.dumps',
    kind: 'Api',
    runtime: 'python3.13',
    handler:
      "import json\nfrom decimal import Decimal\ndef main(event, context):\n    item = Decimal(1)\n    return {'statusCode': 200, 'body': json.dumps(item) and 'ok'}\n",
    because: /Object of type Decimal is not JSON serializable/,
    change: /^Convert the numbers at \S+index\.py:5: .* json\.dumps\(item, default=str\)/,
    mend: ['json.dumps(item)', 'json.dumps(item, default=str)'],
  },
  ...(
    [
      ['a datetime', 'from datetime import datetime', 'datetime.now()', 'value.isoformat()', 'datetime'],
      ['a set', '', "{'a'}", 'list(value)', 'set'],
      ['a UUID', 'import uuid', 'uuid.uuid4()', 'str(value)', 'UUID'],
    ] as const
  ).map(([what, load, made, advised, type]): Row => ({
    name: `${what} of Python in the headers of a result, which Lambda's runtime writes as JSON`,
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html#python-handler-return',
    kind: 'HttpApi',
    runtime: 'python3.13',
    handler: `import json\n${load}\ndef main(event, context):\n    value = ${made}\n    return {'statusCode': 200, 'headers': {'X-Made': value}, 'body': 'ok'}\n`,
    because: new RegExp(`Object of type ${type} is not JSON serializable`),
    change: new RegExp(`^Return text, .* in place of the ${type} that .*: ${escapeForRegExp(advised)}\\. `),
    mend: [`'X-Made': value`, `'X-Made': str(${advised})`],
    never: /default=str/,
  })),
];

describe('a handler that reads what its event does not have, or fails with a well-known error', () => {
  for (const {
    name,
    source,
    kind,
    runtime = 'nodejs22.x',
    api,
    path,
    handler,
    because,
    change,
    mend,
    never,
  } of ROWS)
    it(`is explained with its line, and works as advised: ${name} (${source})`, async () => {
      const file = runtime.startsWith('python') ? 'index.py' : 'index.js';
      using project = anAdvisedProject('template.yaml', {
        'template.yaml': template(kind, runtime, api),
        [file]: handler,
      });
      const request = {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{"name":"a"}',
        ...(path !== undefined && { path }),
      };
      const asked = await project.ask(request);
      const story = [...asked.sentences, ...asked.changes].join('\n');
      assert.notEqual(asked.body, 'ok', story);
      assert.match(asked.sentences.join('\n'), because);
      assert.ok(
        asked.changes.some((text) => change.test(text)),
        story,
      );
      if (never !== undefined) assert.doesNotMatch(story, never);

      project.write(file, handler.replaceAll(mend[0], mend[1]));
      const mended = await project.ask(request);
      assert.equal(mended.body, 'ok', [...mended.sentences, ...mended.changes].join('\n'));
    });

  // https://github.com/serverless/serverless/issues/2958
  it('names the member that the request template writes, in a function without a proxy', async () => {
    const yaml = (handler: string): Record<string, string> => ({
      'template.yaml': TEMPLATED,
      'index.js': handler,
    });
    const handler = 'exports.main = async (event) => event.queryStringParameters?.page ?? 1;';
    using project = anAdvisedProject('template.yaml', yaml(handler));
    const asked = await project.ask({ path: '/?page=3' });
    assert.equal(asked.body, '1');
    assert.ok(
      asked.changes.some((text) =>
        text.startsWith('Read event.query.page instead of event.queryStringParameters?.page at '),
      ),
      asked.changes.join('\n'),
    );
    assert.doesNotMatch(asked.changes.join('\n'), /an authorizer/);
    project.write('index.js', handler.replace('queryStringParameters', 'query'));
    assert.equal((await project.ask({ path: '/?page=3' })).body, '"3"');
  });

  it('is not said of code that reads both formats', async () => {
    using project = anAdvisedProject('template.yaml', {
      'template.yaml': template('HttpApi', 'nodejs22.x'),
      'index.js':
        'exports.main = async (event) => ({ statusCode: 200, body: event.httpMethod ?? event.requestContext.http.method });',
    });
    const { sentences } = await project.ask({ method: 'POST' });
    assert.doesNotMatch(sentences.join('\n'), / reads event/);
  });
});
