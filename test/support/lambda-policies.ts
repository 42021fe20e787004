/** As much of Lambda as says whether a function is there and who may call it (Lambda API reference). */
import { parseJsonObject } from '../../packages/aws/json-object.ts';
import { jsonReply } from '../../gateway/control-port/control-request.ts';
import type { ControlReply } from '../../gateway/control-port/control-request.ts';
import { functionArn } from './a-stack.ts';
import type { AwsService } from '../../gateway/aws-api/aws-call.ts';

type Statement = { readonly Sid: string } & Readonly<Record<string, unknown>>;

export type LambdaPolicies = {
  readonly serve: AwsService;
  /** By name of the function. */
  readonly statements: Map<string, Statement[]>;
};

const PATH = /^\/2015-03-31\/functions\/([^/]+)\/(configuration|policy|invocations)(?:\/([^/]+))?$/;
const NOT_FOUND = { Type: 'User', Message: 'The resource you requested does not exist.' };

/** @param run what functions answer where they are invoked */
export function lambdaPolicies(
  names: readonly string[],
  run: (name: string, event: unknown) => unknown,
): LambdaPolicies {
  const statements = new Map(names.map((name): [string, Statement[]] => [name, []]));
  const serve: AwsService = ({ request: { method, path, body } }) => {
    const [, encoded = '', part, sid] = PATH.exec(path) ?? [];
    const name = decodeURIComponent(encoded).split(':').at(-1) ?? '';
    const own = statements.get(name);
    const refused = (): ReturnType<AwsService> => Promise.resolve(jsonReply(404, NOT_FOUND));
    if (own === undefined) return refused();
    if (part === 'invocations') return invoke(() => run(name, JSON.parse(body.toString())));
    if (part === 'configuration')
      return Promise.resolve(
        jsonReply(200, { FunctionName: name, FunctionArn: functionArn(name), Timeout: 5 }),
      );
    if (method === 'GET') {
      if (own.length === 0) return refused();
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement: own });
      return Promise.resolve(jsonReply(200, { Policy }));
    }
    if (method === 'DELETE') {
      const left = own.filter(({ Sid }) => Sid !== sid);
      if (left.length === own.length) return refused();
      statements.set(name, left);
      return Promise.resolve({ status: 204, headers: [], body: '' });
    }
    const said = parseJsonObject(body.toString()) ?? {};
    const Sid = String(said['StatementId']);
    if (own.some((one) => one.Sid === Sid))
      return Promise.resolve(jsonReply(409, { Type: 'User', message: `${Sid} is there already` }));
    const statement = {
      ...{ Sid, Effect: 'Allow', Principal: { Service: said['Principal'] }, Action: said['Action'] },
      ...{ Resource: functionArn(name), Condition: { ArnLike: { 'AWS:SourceArn': said['SourceArn'] } } },
    };
    statements.set(name, [...own, statement]);
    return Promise.resolve(jsonReply(201, { Statement: JSON.stringify(statement) }));
  };
  return { serve, statements };
}

async function invoke(run: () => unknown): Promise<ControlReply> {
  try {
    return jsonReply(200, await run());
  } catch (error) {
    const errorMessage = error instanceof Error ? error.message : String(error);
    return jsonReply(200, { errorMessage, errorType: 'Error' }, ['X-Amz-Function-Error', 'Unhandled']);
  }
}
