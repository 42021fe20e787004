import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compileAccessLogFormat } from '../../../../../../packages/gateway/core/deployment/stage/access-log-format.ts';
import { aRequest } from '../../events/a-request.ts';
import type { LogFacts } from '../../../../../../packages/gateway/core/events/log-variables.ts';
import { CODE_POINT } from '../../../../../support/any-text.ts';

function someFacts(overrides: Partial<LogFacts> = {}): LogFacts {
  return {
    request: aRequest(),
    status: 200,
    responseBytes: 11,
    latencyMs: 12.6,
    authenticate: undefined,
    authorizer: undefined,
    authorize: undefined,
    integration: undefined,
    failure: undefined,
    connection: undefined,
    ...overrides,
  };
}

const REQUEST_ID = '0f1e2d3c-4b5a-4678-9abc-def012345678';
const SOURCE = 'developer guide, "Set up CloudWatch logging for REST APIs": CLF, CSV, JSON, XML examples';

describe('compileAccessLogFormat', () => {
  const rows: readonly {
    name: string;
    format: string;
    facts?: Partial<LogFacts>;
    line: string;
    source: string;
  }[] = [
    {
      name: 'prints the Common Log Format',
      format:
        '$context.identity.sourceIp $context.identity.caller $context.identity.user [$context.requestTime] ' +
        '"$context.httpMethod $context.resourcePath $context.protocol" $context.status $context.responseLength ' +
        '$context.requestId $context.extendedRequestId',
      line: `192.0.2.1 - - [14/Apr/2025:22:13:38 +0000] "GET /pets/{id} HTTP/1.1" 200 11 ${REQUEST_ID} JCIoWGiIvHcEsxg=`,
      source: SOURCE,
    },
    {
      name: 'prints CSV',
      format:
        '$context.identity.sourceIp,$context.requestTimeEpoch,$context.status,$context.responseLatency,$context.requestId',
      line: `192.0.2.1,1744668818115,200,13,${REQUEST_ID}`,
      source: SOURCE,
    },
    {
      name: 'prints JSON',
      format: '{ "requestId":"$context.requestId", "status":$context.status, "stage":"$context.stage" }',
      line: `{ "requestId":"${REQUEST_ID}", "status":200, "stage":"dev" }`,
      source: SOURCE,
    },
    {
      name: 'prints XML',
      format: '<request id="$context.requestId"><path>$context.path</path></request>',
      line: `<request id="${REQUEST_ID}"><path>/dev/pets/1</path></request>`,
      source: SOURCE,
    },
    {
      name: 'shows a variable without a value, or an unknown one, as a dash',
      format: '$context.requestId $context.identity.userAgent $context.no.such.thing $context.error.message',
      line: `${REQUEST_ID} - - -`,
      source: 'docs/aws §10.3, §7.3',
    },
    {
      name: 'ends a name where punctuation begins',
      format: '$context.requestId-$context.stage.$context.status:$context.httpMethod $contextual',
      line: `${REQUEST_ID}-dev.200:GET $contextual`,
      source: 'our own reading of the syntax',
    },
    {
      name: 'reads claims and context of an authorizer, also by names with a dash or a colon',
      format:
        '$context.requestId $context.authorizer.principalId $context.authorizer.user-id $context.authorizer.roles $context.authorizer.gone',
      facts: {
        request: {
          ...aRequest(),
          caller: {
            kind: 'lambda',
            principalId: 'alice',
            context: { 'user-id': 7, roles: ['a'] },
            integrationLatencyMs: 3,
          },
        },
      },
      line: `${REQUEST_ID} alice 7 ["a"] -`,
      source: 'docs/aws §10.3',
    },
    {
      name: 'reads the claims of a token',
      format: '$context.requestId $context.authorizer.claims.sub $context.authorizer.claims.cognito:groups',
      facts: {
        request: {
          ...aRequest(),
          caller: { kind: 'jwt', claims: { sub: 'u1', 'cognito:groups': 'admins' }, scopes: null },
        },
      },
      line: `${REQUEST_ID} u1 admins`,
      source: 'docs/aws §10.3',
    },
    {
      name: 'quotes the message string of an error itself, and shows a missing one as a dash',
      format:
        '{"id":"$context.requestId","error":$context.error.messageString,"type":"$context.error.responseType"}',
      facts: {
        failure: { message: 'say "please"', responseType: 'ACCESS_DENIED', validationErrorString: undefined },
      },
      line: `{"id":"${REQUEST_ID}","error":"say \\"please\\"","type":"ACCESS_DENIED"}`,
      source: 'docs/aws §1.3, §10.3',
    },
    {
      name: 'reports the integration under old and new names',
      format:
        '$context.requestId $context.integrationStatus $context.integration.integrationStatus $context.integration.status ' +
        '$context.integrationLatency $context.integration.latency $context.awsEndpointRequestId $context.integrationErrorMessage',
      facts: {
        integration: { status: 404, endpointStatus: 200, latencyMs: 9.4, error: undefined, requestId: 'r1' },
      },
      line: `${REQUEST_ID} 200 200 404 9 9 r1 -`,
      source: 'docs/aws §10.3',
    },
    {
      name: 'keeps a quote of the client inside its JSON field',
      format: '{"id":"$context.requestId","ua":"$context.identity.userAgent"}',
      facts: { request: aRequest({ rawHeaders: ['User-Agent', 'x","status":"200'] }) },
      line: `{"id":"${REQUEST_ID}","ua":"x\\",\\"status\\":\\"200"}`,
      source: 'log injection (CWE-117)',
    },
    {
      name: 'keeps markup of the client inside its XML element',
      format: '<r id="$context.requestId"><ua>$context.identity.userAgent</ua></r>',
      facts: { request: aRequest({ rawHeaders: ['User-Agent', '</ua><status>200'] }) },
      line: `<r id="${REQUEST_ID}"><ua>&#60;/ua&#62;&#60;status&#62;200</ua></r>`,
      source: 'log injection (CWE-117)',
    },
  ];

  // Sources: CWE-117; RFC 8259 §7; the escapes of CLF are those of Apache (mod_log_config, "Format Notes").
  const agents: readonly { name: string; format: string; agent: string; line: string }[] = [
    {
      name: 'keeps a quote of the client inside its quoted CLF field',
      format: '$context.requestId "$context.identity.userAgent" $context.status',
      agent: 'x" 500 "y',
      line: `${REQUEST_ID} "x\\" 500 \\"y" 200`,
    },
    {
      name: 'keeps a quote of the client inside its quoted CSV field',
      format: '$context.requestId,"$context.identity.userAgent",$context.status',
      agent: 'x","500',
      line: `${REQUEST_ID},"x\\",\\"500",200`,
    },
    {
      name: 'distinguishes a backslash from the escape of a line break',
      format: '$context.requestId $context.identity.userAgent',
      agent: '\\u000a\n',
      line: `${REQUEST_ID} \\\\u000a\\u000a`,
    },
    {
      name: 'keeps a value without quotes inside its JSON member',
      format: '["$context.requestId",$context.identity.userAgent]',
      agent: '1,500',
      line: `["${REQUEST_ID}","1,500"]`,
    },
    {
      name: 'escapes line separators in JSON',
      format: '{"id":"$context.requestId","ua":"$context.identity.userAgent"}',
      agent: '\u2028\u0085',
      line: `{"id":"${REQUEST_ID}","ua":"\\u2028\\u0085"}`,
    },
    {
      name: 'escapes half of a surrogate pair, which UTF-8 cannot carry',
      format: '$context.requestId $context.identity.userAgent',
      agent: '\ud83d',
      line: `${REQUEST_ID} \\ud83d`,
    },
  ];
  for (const { name, format, agent, line } of agents)
    it(name, () => {
      const request = aRequest({ rawHeaders: ['User-Agent', agent] });
      assert.equal(compileAccessLogFormat(format).print(someFacts({ request })), line);
    });

  it('keeps the message string of an error inside its XML element', () => {
    const format = '<r id="$context.requestId">$context.error.messageString</r>';
    const failure = { message: '</r><r>', responseType: undefined, validationErrorString: undefined };
    assert.equal(
      compileAccessLogFormat(format).print(someFacts({ failure })),
      `<r id="${REQUEST_ID}">&#34;&#60;/r&#62;&#60;r&#62;&#34;</r>`,
    );
  });

  for (const { name, format, facts, line, source } of rows)
    it(name, () => {
      assert.equal(compileAccessLogFormat(format).print(someFacts(facts)), line, source);
    });

  it('prints one line for any input of a client', () => {
    const format = compileAccessLogFormat('$context.requestId $context.identity.userAgent "$context.path"');
    fc.assert(
      fc.property(fc.string({ unit: CODE_POINT }), fc.string({ unit: CODE_POINT }), (agent, rawPath) => {
        const line = format.print(
          someFacts({ request: aRequest({ rawPath, rawHeaders: ['User-Agent', agent] }) }),
        );
        // oxlint-disable-next-line no-control-regex -- what must not be there
        assert.doesNotMatch(line, /[\u0000-\u001f\u2028\u2029]/);
      }),
    );
  });

  it('prints JSON that parses for any input of a client', () => {
    const format = compileAccessLogFormat('{"id":"$context.requestId","ua":"$context.identity.userAgent"}');
    fc.assert(
      fc.property(fc.string({ unit: CODE_POINT, minLength: 1 }), (agent) => {
        const line = format.print(someFacts({ request: aRequest({ rawHeaders: ['User-Agent', agent] }) }));
        assert.deepEqual(JSON.parse(line), { id: REQUEST_ID, ua: agent });
      }),
    );
  });
});
