/** Finds the refusals in the source files that serve calls which create or change resources. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const GATEWAY = fileURLToPath(new URL('../../../../../../../packages/gateway/', import.meta.url));

/** The functions and errors that refuse a call. Their last argument is the message. */
const REFUSING =
  /^(?:badRequest|conflict|notFound|ControlError|SqsError|invalid|missing|unknownAttribute|invalidParameter|ServiceRefusal|OperationRefused|refused|validationError|at\.refuse|WordedRefusal|NotSupported)$/;

/** The files that serve calls which create or change resources. Files that only read, delete or run are left out. */
const SERVING = [
  'control/**/*.ts',
  'cognito/api/administer-users.ts',
  'cognito/pools/{new-user,user-pool}.ts',
  'services/cloudwatch/alarms/read-alarm.ts',
  'services/cloudwatch/api/alarm-calls.ts',
  'services/cloudwatch-logs/log-groups.ts',
  'services/kinesis/administration.ts',
  'services/lambda-events/{mapping-calls,mapping-members}.ts',
  'services/sqs/{administration,queue-settings}.ts',
  'services/values/write-parameters.ts',
];
/** Files of these folders that serve other calls: exports, test calls, invocations, reads and key files. */
const OTHERS =
  /control\/(?:control-error|api-state|export\/export-.*|api\/rest\/(?:wire-usage|wire-test-invoke|test-exchange|read-key-file|wire-router|wire-shape)|api\/v2\/wire-v2-export|api\/lambda\/(?:code-download|lambda-.*|invoke-headers|function-url-configs))\.ts$/;

type CallRefusal = {
  /** The path of the file below `packages/gateway`. */
  readonly file: string;
  /** The message as the source has it. */
  readonly message: string;
};

export function readRefusals(): readonly CallRefusal[] {
  const files = globSync(SERVING, { cwd: GATEWAY }).map((file) => file.replaceAll('\\', '/'));
  return files
    .filter((file) => !OTHERS.test(file))
    .toSorted()
    .flatMap((file) => {
      const source = ts.createSourceFile(
        file,
        readFileSync(`${GATEWAY}${file}`, 'utf8'),
        ts.ScriptTarget.Latest,
        true,
      );
      return [...new Set(messagesIn(source, source))].map((message) => ({ file, message }));
    });
}

function messagesIn(node: ts.Node, source: ts.SourceFile): readonly string[] {
  const inside: string[] = [];
  ts.forEachChild(node, (child) => {
    inside.push(...messagesIn(child, source));
  });
  if (!(ts.isCallExpression(node) || ts.isNewExpression(node))) return inside;
  if (!REFUSING.test(node.expression.getText(source))) return inside;
  const message = (node.arguments ?? []).filter((one) => !ts.isNumericLiteral(one)).at(-1);
  return [...inside, (message?.getText(source) ?? '').replaceAll(/\s+/g, ' ')];
}
