/** A permission as a statement of the function's policy, as GetPolicy shows it and IAM evaluates it. */
import type { ControlResource } from '../control-resource.ts';

export function printStatement({ id, properties }: ControlResource, functionArn: string): object {
  const { Principal: principal, SourceArn: arn, SourceAccount: account } = properties;
  const { EventSourceToken: token, PrincipalOrgID: org } = properties;
  const { FunctionUrlAuthType: urlAuth, InvokedViaFunctionUrl: viaUrl } = properties;
  const equal = {
    ...(account === undefined ? {} : { 'AWS:SourceAccount': account }),
    ...(token === undefined ? {} : { 'lambda:EventSourceToken': token }),
    ...(urlAuth === undefined ? {} : { 'lambda:FunctionUrlAuthType': urlAuth }),
    ...(org === undefined ? {} : { 'aws:PrincipalOrgID': org }),
  };
  const conditions = {
    ...(Object.keys(equal).length === 0 ? {} : { StringEquals: equal }),
    ...(arn === undefined ? {} : { ArnLike: { 'AWS:SourceArn': arn } }),
    ...(viaUrl === undefined
      ? {}
      : { Bool: { 'lambda:InvokedViaFunctionUrl': viaUrl === true ? 'true' : 'false' } }),
  };
  return {
    Sid: id,
    Effect: 'Allow',
    Principal: printPrincipal(principal),
    Action: properties['Action'],
    Resource: functionArn,
    ...(Object.keys(conditions).length === 0 ? {} : { Condition: conditions }),
  };
}

function printPrincipal(principal: unknown): unknown {
  if (principal === '*' || typeof principal !== 'string') return principal;
  if (/^\d{12}$/.test(principal)) return { AWS: `arn:aws:iam::${principal}:root` };
  return principal.includes('.') && !principal.startsWith('arn:')
    ? { Service: principal }
    : { AWS: principal };
}
