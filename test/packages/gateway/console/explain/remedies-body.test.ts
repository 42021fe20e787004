/**
 * A function that reads a member which the JSON in the body of the request lacks is explained with that member, and
 * responds once the request has it.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anAdvisedProject } from '../../../../support/an-advised-project.ts';

const template = (runtime: string): string => `
Transform: AWS::Serverless-2016-10-31
Resources:
  Main:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: ${runtime}
      CodeUri: .
      Handler: index.main
      Events: { Root: { Type: HttpApi, Properties: { Path: /, Method: POST } } }
`;

// How the functions of aws-samples/serverless-patterns read their bodies, among others apigw-lambda-sns-sms,
// apigw-lambda-comprehend-sam and apigw-lambda-bedrock-sam.
const ROWS = [
  {
    how: 'a variable of Python',
    file: 'index.py',
    text: 'import json\ndef main(event, context):\n    body = json.loads(event["body"])\n    return {"statusCode": 200, "body": body["name"]}\n',
    line: 4,
  },
  {
    how: 'an expression of Python',
    file: 'index.py',
    text: "import json\ndef main(event, context):\n    return {'statusCode': 200, 'body': json.loads(event['body'])['name']}\n",
    line: 3,
  },
  {
    how: 'a variable of JavaScript',
    file: 'index.mjs',
    text: 'export const main = async (event) => {\n  const body = JSON.parse(event.body);\n  return { statusCode: 200, body: body.name.trim() };\n};\n',
    line: 3,
  },
  {
    how: 'a taken member of JavaScript',
    file: 'index.mjs',
    text: "export const main = async ({ body }) => {\n  const { age, name } = JSON.parse(body ?? '{}');\n  return { statusCode: 200, body: name.trim() };\n};\n",
    line: 3,
  },
];

describe('a function that reads a member which the body lacks', () => {
  for (const { how, file, text, line } of ROWS)
    it(`is explained with the member, and responds if the request has it: ${how}`, async () => {
      const runtime = file.endsWith('.py') ? 'python3.13' : 'nodejs22.x';
      using project = anAdvisedProject('template.yaml', { 'template.yaml': template(runtime), [file]: text });
      const post = (body: object) => project.ask({ method: 'POST', body: JSON.stringify(body) });

      const { sentences, changes } = await post({ nome: 'ada', age: 36 });
      assert.ok(
        sentences.includes(
          'The code reads name from the JSON in the body of the request, but this JSON has nome and age.',
        ),
        sentences.join('\n'),
      );
      assert.match(
        changes.join('\n'),
        new RegExp(
          String.raw`^Send name in the body of the request\. If clients may leave it out, give it a default at .*${file}:${line}, or let`,
        ),
      );
      const { status, body } = await post({ name: 'ada' });
      assert.deepEqual({ status, body }, { status: 200, body: 'ada' });
    });
});
