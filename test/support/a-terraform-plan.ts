/**
 * `terraform show -json` of a plan, as Terraform 1.9 writes it for these resources.
 * @see https://developer.hashicorp.com/terraform/internals/json-format
 */

/** A reference is listed from its full form to its shortest, as Terraform does. */
export function refs(...texts: readonly string[]): { readonly references: readonly string[] } {
  return { references: texts.flatMap(shorten) };
}

function shorten(text: string): readonly string[] {
  const [, subject = text, rest = ''] = /^((?:data\.)?[\w-]+\.[\w-]+(?:\[[^\]]*\])?)(.*)$/.exec(text) ?? [];
  const steps = rest.match(/\.[\w-]+|\[[^\]]*\]/g) ?? [];
  const longer = steps.map((_, index) => `${subject}${steps.slice(0, index + 1).join('')}`).toReversed();
  const bare = subject.replace(/\[.*\]$/, '');
  return [...longer, subject, ...(bare === subject ? [] : [bare])];
}

export type Planned = {
  readonly type: string;
  readonly name: string;
  readonly index?: string | number;
  readonly isData?: true;
  /** The attributes whose values the plan contains. */
  readonly values?: object;
  /** Attribute → expression; an attribute without a value in `values` is unknown until apply. */
  readonly expressions?: Readonly<Record<string, unknown>>;
  /** The value of `after_unknown`, if it differs from the attributes without a value. */
  readonly unknown?: object;
  readonly forEach?: object;
};

export type PlannedModule = {
  readonly resources: readonly Planned[];
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly calls?: Readonly<Record<string, PlannedCall>>;
};

type PlannedCall = PlannedModule & {
  readonly expressions: Readonly<Record<string, unknown>>;
  /** Keys of `for_each`; absent = one call. */
  readonly keys?: readonly string[];
};

export function aPlan(root: PlannedModule, more: object = {}): string {
  const written = write(root, '');
  return JSON.stringify({
    format_version: '1.2',
    terraform_version: '1.9.8',
    planned_values: { root_module: written.values },
    resource_changes: written.changes,
    configuration: {
      provider_config: {
        aws: { name: 'aws', expressions: { region: { constant_value: 'eu-west-1' } } },
      },
      root_module: configure(root),
    },
    ...more,
  });
}

export function aState(resources: readonly Planned[]): string {
  const { values } = write({ resources }, '');
  return JSON.stringify({
    format_version: '1.0',
    terraform_version: '1.9.8',
    values: { root_module: values },
  });
}

type Written = { readonly values: object; readonly changes: readonly object[] };

function write({ resources, calls = {} }: PlannedModule, path: string): Written {
  const prefix = path === '' ? '' : `${path}.`;
  const own = resources.map((resource) => {
    const { type, name, index, isData, values = {}, expressions = {} } = resource;
    const key = index === undefined ? '' : `[${JSON.stringify(index)}]`;
    const address = `${prefix}${isData === true ? 'data.' : ''}${type}.${name}${key}`;
    const missing = Object.keys(expressions).filter((each) => !Object.hasOwn(values, each));
    const unknown = resource.unknown ?? Object.fromEntries(missing.map((each) => [each, true]));
    const head = { address, mode: isData === true ? 'data' : 'managed', type, name };
    const indexed = index === undefined ? {} : { index };
    return {
      value: { ...head, ...indexed, provider_name: 'registry.terraform.io/hashicorp/aws', values },
      change: {
        ...head,
        ...indexed,
        change: { actions: ['create'], before: null, after: values, after_unknown: { id: true, ...unknown } },
      },
    };
  });
  const children = Object.entries(calls).flatMap(([name, call]) =>
    (call.keys ?? [undefined]).map((key) =>
      write(call, `${prefix}module.${name}${key === undefined ? '' : `[${JSON.stringify(key)}]`}`),
    ),
  );
  return {
    values: {
      ...(path !== '' && { address: path }),
      resources: own.map(({ value }) => value),
      child_modules: children.map(({ values }) => values),
    },
    changes: [...own.map(({ change }) => change), ...children.flatMap(({ changes }) => changes)],
  };
}

function configure({ resources, outputs = {}, calls = {} }: PlannedModule): object {
  const named = new Map(
    resources.map((each) => [`${each.isData === true ? 'data.' : ''}${each.type}.${each.name}`, each]),
  );
  return {
    resources: [...named].map(([address, { type, name, isData, expressions = {}, forEach }]) => ({
      address,
      mode: isData === true ? 'data' : 'managed',
      type,
      name,
      provider_config_key: 'aws',
      expressions,
      ...(forEach !== undefined && { for_each_expression: forEach }),
    })),
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, expression]) => [name, { expression }])),
    module_calls: Object.fromEntries(
      Object.entries(calls).map(([name, call]) => [
        name,
        { source: `./${name}`, expressions: call.expressions, module: configure(call) },
      ]),
    ),
  };
}
