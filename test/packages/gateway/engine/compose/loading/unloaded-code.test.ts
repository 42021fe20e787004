/** What explanations say about requests that earlier code answered, because the saved code cannot be loaded. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { readCredentials } from '../../../../../../packages/gateway/kernel/files/identity-file.ts';
import { aGateway } from '../../../../../support/a-gateway.ts';
import type { RequestDetail } from '../../../../../../packages/gateway/engine/index.ts';
import { NO_PYTHON } from '../../../../../support/no-python.ts';

const role = 'arn:aws:iam::123456789012:role/any';
const resourcesOf = (runtime: string, handler: string): object => ({
  Shop: {
    Type: 'AWS::Lambda::Function',
    Properties: { FunctionName: 'shop', Runtime: runtime, Handler: handler, Role: role, Code: 'fn' },
  },
  Api: {
    Type: 'AWS::ApiGatewayV2::Api',
    Properties: { Name: 'shop', ProtocolType: 'HTTP', Target: { 'Fn::GetAtt': ['Shop', 'Arn'] } },
  },
  May: {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: { Ref: 'Shop' },
      Principal: 'apigateway.amazonaws.com',
    },
  },
});

type Row = {
  readonly what: string;
  readonly runtime: string;
  readonly handler: string;
  readonly file: string;
  readonly ran: string;
  readonly saved: string;
  readonly because: RegExp;
  readonly change: RegExp;
  readonly skip?: string | false;
};
const ROWS: readonly Row[] = [
  {
    what: 'a syntax error in JavaScript',
    runtime: 'nodejs24.x',
    handler: 'index.handler',
    file: 'fn/index.mjs',
    ran: 'export const handler = async (event) => event.body.size;\n',
    saved: '// a comment\nexport const handler = async () => {{ ;\n',
    because:
      /^The code of shop that was saved last could not be loaded: .*\. The code that was loaded before answered this request, so lines that are named here are lines of that code\.$/,
    change: /^Correct fn\/index\.mjs:[23]; as soon as the saved code can be loaded, the gateway uses it\.$/,
  },
  {
    what: 'an import in Python that does not exist',
    runtime: 'python3.12',
    handler: 'app.handler',
    file: 'fn/app.py',
    ran: 'def handler(event, context):\n    return {}["k"]\n',
    saved: 'import jsn\ndef handler(event, context):\n    return {"statusCode": 200}\n',
    because: /^The code of shop that was saved last could not be loaded: .*No module named 'jsn'/,
    change: /^Correct fn\/app\.py:1; as soon as/,
    skip: NO_PYTHON,
  },
  {
    what: 'a syntax error in Python',
    runtime: 'python3.12',
    handler: 'app.handler',
    file: 'fn/app.py',
    ran: 'def handler(event, context):\n    return {}["k"]\n',
    saved: '# a comment\ndef handler(event, context)\n    return 1\n',
    because: /^The code of shop that was saved last could not be loaded: .*app\.py:2: expected ':'/,
    change: /^Correct fn\/app\.py:2; as soon as/,
    skip: NO_PYTHON,
  },
  {
    what: 'a template that cannot be read',
    runtime: 'nodejs24.x',
    handler: 'index.handler',
    file: 'template.json',
    ran: '',
    saved: '{',
    because: /^The stacks that were saved last could not be loaded: .*\. The stacks that were loaded before/,
    change: /^Correct template\.json/,
  },
];

describe('a request that earlier code answered, because the saved code has', () => {
  for (const { what, runtime, handler, file, ran, saved, because, change, skip = false } of ROWS)
    it(what, { skip }, async () => {
      let kept: () => void = () => undefined;
      const heard = new Promise<void>((resolve) => (kept = resolve));
      const started = await aGateway(
        resourcesOf(runtime, handler),
        {
          reload: true,
          record: 10,
          onReload: ({ kind }) => {
            if (kind === 'kept') kept();
          },
        },
        file === 'template.json'
          ? { 'fn/index.mjs': 'export const handler = async () => ({ statusCode: 500 });\n' }
          : { [file]: ran },
      );
      try {
        const [template = ''] = started.gateway.stacks.map(({ file: name }) => name);
        const folder = dirname(template);
        const secret = (await readCredentials(folder))?.controlSecret ?? '';
        const explain = async (): Promise<RequestDetail> => {
          await (await fetch(started.urlOf('http'))).text();
          const headers = { Authorization: `Bearer ${secret}` };
          const url = `${started.listening.control}/_gatewright/requests/last`;
          return (await (await fetch(url, { headers })).json()) as RequestDetail;
        };
        const before = await explain();
        assert.ok(!before.story.sentences.some((text) => text.includes('saved last')));
        writeFileSync(join(folder, file), saved);
        await heard;
        const { story } = await explain();

        assert.match(story.sentences.find((text) => text.includes('saved last')) ?? '', because);
        assert.match(story.changes[0] ?? '', change);
        // A traceback of Python reads the source lines from the file, which is another one now.
        for (const line of saved.split('\n').filter((text) => text.startsWith('    ')))
          assert.ok(!story.sentences.join('\n').includes(line.trim()), story.sentences.join('\n'));
      } finally {
        await started.close();
      }
    });
});
