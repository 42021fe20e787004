/**
 * Payload templates: in Parameters, ResultSelector and ItemSelector, the value of a member whose name ends with `.$` is
 * a path or an intrinsic function.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/input-output-inputpath-params.html
 */
import { isJsonList, isJsonObject } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';
import { evaluateIntrinsic } from './intrinsics.ts';
import type { IntrinsicPorts } from './intrinsics.ts';
import { readPath } from './paths.ts';
import type { Scope } from './paths.ts';
import { RuntimeFailure } from './state-failure.ts';

export function fillPayload(template: Json, scope: Scope, ports: IntrinsicPorts): Json {
  if (isJsonList(template)) return template.map((one) => fillPayload(one, scope, ports));
  if (!isJsonObject(template)) return template;
  return Object.fromEntries(
    Object.entries(template).map(([name, value]): [string, Json] =>
      name.endsWith('.$') && typeof value === 'string'
        ? [name.slice(0, -'.$'.length), evaluate(name, value, scope, ports)]
        : [name, fillPayload(value, scope, ports)],
    ),
  );
}

/** Evaluates the value of the field: a path or an intrinsic function. */
export function evaluate(field: string, value: string, scope: Scope, ports: IntrinsicPorts): Json {
  if (value.startsWith('States.')) return evaluateIntrinsic(value, scope, ports);
  const found = readPath(value, scope);
  if (found !== undefined) return found;
  // A path that finds nothing fails the state [obs: stepfunctions, `test_base.snapshot.json`, `test_json_path_array_…`
  // of no_such_jsonpath].
  throw new RuntimeFailure(
    `The JSONPath '${value}' specified for the field '${field}' could not be found in the input '${JSON.stringify(scope.input)}'`,
  );
}
