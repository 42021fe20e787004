/** Corrects the compiled template: removes what osls must not add, and adds what it omits. */

export type Template = {
  readonly Resources: Record<
    string,
    { readonly Type: string; Properties?: Record<string, unknown>; readonly DependsOn?: unknown }
  >;
  Parameters?: Readonly<Record<string, unknown>>;
  Outputs?: Record<string, { readonly Value?: unknown; Export?: unknown }>;
};

/**
 * Removes a resource and everything that refers to it: routes, integrations, permissions, alarms, outputs.
 * Returns the logical ids of all removed resources.
 */
export function removeWithDependents(template: Template, logicalId: string): readonly string[] {
  const gone = new Set(logicalId in template.Resources ? [logicalId] : []);
  // The loop also visits ids that are added while it runs.
  for (const id of gone) {
    for (const [other, resource] of Object.entries(template.Resources))
      if (refersTo(resource, id)) gone.add(other);
    for (const [name, output] of Object.entries(template.Outputs ?? {}))
      if (refersTo(output, id)) Reflect.deleteProperty(template.Outputs ?? {}, name);
  }
  for (const id of gone) Reflect.deleteProperty(template.Resources, id);
  return [...gone];
}

export function refersTo(value: unknown, logicalId: string): boolean {
  if (Array.isArray(value)) return value.some((item) => refersTo(item, logicalId));
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, inner]: [string, unknown]) => {
    switch (key) {
      case 'Ref':
        return inner === logicalId;
      case 'DependsOn':
        return [inner].flat().includes(logicalId);
      case 'Fn::GetAtt':
        return String(Array.isArray(inner) ? inner[0] : inner).split('.', 1)[0] === logicalId;
      case 'Fn::Sub': {
        const [text, variables] = [inner].flat() as readonly unknown[];
        const names = [...String(text).matchAll(/\$\{([^!.}]+)/g)].map(([, name]) => name);
        return names.includes(logicalId) || refersTo(variables, logicalId);
      }
      default:
        return refersTo(inner, logicalId);
    }
  });
}

/** Removes `DependsOn` entries that a reference implies; osls adds them, and linters complain. */
export function removeImpliedDependencies({ Resources }: Template): void {
  for (const resource of Object.values(Resources)) {
    const { DependsOn, ...rest } = resource;
    if (DependsOn === undefined) continue;
    const named = [DependsOn].flat().map(String);
    const kept = named.filter((id) => !refersTo(rest, id));
    if (kept.length === named.length) continue;
    if (kept.length === 0) Reflect.deleteProperty(resource, 'DependsOn');
    else Reflect.set(resource, 'DependsOn', kept);
  }
}

/**
 * Removes the exports that osls adds. osls exports every output as `sls-{service}-{stage}-{output}`, including the
 * layer's ARN, which changes with each deployment. CloudFormation refuses to change an export in use, so one import
 * would block all later deployments.
 */
export function removeForeignExports({ Outputs = {} }: Template, prefix = 'sls-'): void {
  for (const output of Object.values(Outputs)) {
    const { Name: name } = (output.Export ?? {}) as { Name?: unknown };
    if (typeof name === 'string' && name.startsWith(prefix)) delete output.Export;
  }
}

const SEND_TRACES = {
  Effect: 'Allow',
  Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
  // Neither action supports resource-level permissions.
  Resource: '*',
};

/** Adds the permission for tracing, which osls grants only to roles that it creates itself. */
export function allowTracing({ Resources }: Template): void {
  for (const { Type, Properties } of Object.values(Resources)) {
    const { Mode: mode } = (Properties?.['TracingConfig'] ?? {}) as { Mode?: unknown };
    if (Type !== 'AWS::Lambda::Function' || mode !== 'Active') continue;
    const { 'Fn::GetAtt': role } = (Properties?.['Role'] ?? {}) as { 'Fn::GetAtt'?: readonly string[] };
    const properties = Resources[role?.[0] ?? '']?.Properties;
    if (properties === undefined) continue;
    const policies = (properties['Policies'] ?? []) as readonly unknown[];
    const document = { Version: '2012-10-17', Statement: [SEND_TRACES] };
    properties['Policies'] = [...policies, { PolicyName: 'tracing', PolicyDocument: document }];
  }
}
