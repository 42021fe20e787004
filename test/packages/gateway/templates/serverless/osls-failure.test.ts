import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { explainFailure } from '../../../../../packages/gateway/templates/serverless/osls-failure.ts';
import { parseSource } from '../../../../../packages/gateway/templates/cloudformation/template-source.ts';

const FILE = '/app/serverless.yml';
const SERVICE = `service: shop
provider:
  environment:
    HOST: a-\${ssm:/shop/host}
    RATES: \${s3:assets/rates.json}
    TABLE: \${cf:base-dev.Table}
    HOME: \${env:NOBODY}
    OWN: \${self:service}-\${self:custom.none}
    STAGE: \${opt:stage}
    REGION: \${opt:region}
    COLOUR: \${opt:colour}
functions:
  a:
    events:
      - httpApi: $default
`;

const unresolved = (property: string, source: string): string =>
  `Cannot resolve serverless.yml: Variables resolution errored with:
  - Cannot resolve variable at "${property}": Value not found at "${source}" source`;

describe('what osls has to say', () => {
  const cases: readonly [property: string, source: string, says: string][] = [
    [
      'HOST',
      'ssm',
      "4: provider.environment.HOST: ${ssm:/shop/host} has no value: write its value to /app/my.values.yml as `ssm: { /shop/host: VALUE }`, or to custom.gatewright.variables as 'ssm:/shop/host'",
    ],
    [
      'RATES',
      's3',
      "5: provider.environment.RATES: ${s3:assets/rates.json} has no value: write its value to /app/my.values.yml as `s3: { assets: { rates.json: VALUE } }`, or to custom.gatewright.variables as 's3:assets/rates.json'",
    ],
    [
      'TABLE',
      'cf',
      "6: provider.environment.TABLE: ${cf:base-dev.Table} has no value: also start the stack that has this output, or write the value to custom.gatewright.variables as 'cf:base-dev.Table'",
    ],
    [
      'HOME',
      'env',
      '7: provider.environment.HOME: ${env:NOBODY} has no value: set it in the environment or with --env-file',
    ],
    [
      'OWN',
      'self',
      '8: provider.environment.OWN: ${self:custom.none} has no value: define it in the service',
    ],
  ];
  for (const [name, remedy] of [
    ['stage', 'pass --stage'],
    ['region', 'pass --region'],
    [
      'colour',
      "only --stage and --region are passed to osls; write ${param:colour} and pass --param colour=…, or ${opt:colour, 'VALUE'}",
    ],
  ] as const)
    it(`of the option "${name}" without value is reported with the option to give`, () => {
      const property = name.toUpperCase();
      const failure = { message: unresolved(`provider.environment.${property}`, 'opt') };
      const tree = parseSource(SERVICE, FILE);
      const { message } = explainFailure(failure, FILE, tree);

      assert.equal(message, `\${opt:${name}} has no value: ${remedy}`);
    });

  it('of an option without value in a service that is a program is reported with the option to give', () => {
    const message = unresolved('provider.environment.LIST[0]', 'opt');
    const texts = { 'provider.environment.LIST.0': 'a-${opt:stage}', 'provider.stage': '${opt:other}' };

    assert.equal(
      explainFailure({ message, texts }, '/app/serverless.ts', undefined).describe(),
      '/app/serverless.ts: provider.environment.LIST[0]: ${opt:stage} has no value: pass --stage',
    );
  });

  it('of an invalid value is reported with its line', () => {
    const message =
      "Configuration error at 'functions.a.events.0.httpApi': value '$default' does not satisfy pattern";
    const { place } = explainFailure({ message }, FILE, parseSource(SERVICE, FILE));

    assert.deepEqual([place.line, place.property], [15, 'functions.a.events.0.httpApi']);
  });

  for (const [property, source, says] of cases)
    it(`of a variable "${source}" without value is reported with its line and the way out`, () => {
      const failure = { message: unresolved(`provider.environment.${property}`, source) };
      const tree = parseSource(SERVICE, FILE);

      const fault = explainFailure(failure, FILE, tree, '/app/my.values.yml');
      assert.equal(fault.describe(), `${FILE}:${says}`);
      // Whoever deploys the service may have the value, so this is not a refusal.
      assert.equal(fault.rule, source === 'self' ? 'not-compiled' : 'value-elsewhere');
    });

  it('for a stage name that only looks like a variable says what to write', () => {
    const message = 'Invalid stage name. Stage names may contain only ASCII letters, numbers, and hyphens.';
    const tree = parseSource("provider:\n  stage: ${opt.stage, 'dev'}\n", FILE);

    assert.equal(
      explainFailure({ message }, FILE, tree).describe(),
      `${FILE}:2: provider.stage: ${message} The stage is the string \${opt.stage, 'dev'}, which osls does not read as a variable: write \${opt:stage, 'dev'}, or pass --stage.`,
    );
  });

  it('is shown whole, without the frames of a stack', () => {
    const message = `Two parts:
     part a
     part b
    at Object.<anonymous> (/app/node_modules/osls/lib/a.js:1:2)`;

    assert.equal(
      explainFailure({ message }, FILE, undefined).describe(),
      `${FILE}: Two parts:
     part a
     part b`,
    );
  });

  it('of several invalid values is reported with the line of each', () => {
    const message = `Configuration error:\u0020
     at 'provider': unrecognized property 'a'
     at 'functions.a.events.0.httpApi': value 'x' does not satisfy pattern

Learn more about configuration validation here: https://example.com`;
    const fault = explainFailure({ message }, FILE, parseSource(SERVICE, FILE));

    assert.equal(
      fault.describe(),
      `${FILE}:2: provider: Configuration error at 'provider': unrecognized property 'a'
${FILE}:15: functions.a.events.0.httpApi: Configuration error at 'functions.a.events.0.httpApi': value 'x' does not satisfy pattern`,
    );
    assert.equal(fault.rule, 'not-compiled');
  });
});

describe('an authorizer of a REST API by import, without a name', () => {
  const service = (more: string): string => `service: shop
functions:
  a:
    events:
      - http: { path: a, authorizer: { arn: !ImportValue auth${more} } }
`;
  const explained = (text: string): string =>
    explainFailure(
      { message: 'functionArn.split is not a function' },
      FILE,
      parseSource(text, FILE),
    ).describe();

  it('is reported with its place, and with what to add', () => {
    assert.match(
      explained(service('')),
      /serverless\.yml:5: functions\.a\.events\.0\.http\.authorizer: .*add `name` next to `arn`, such as `name: gate`$/,
    );
  });

  it('is not blamed if it has a name', () => {
    assert.doesNotMatch(explained(service(', name: gate')), /add `name`/);
  });
});

// osls reads these properties before it has loaded the sources of variables.
describe('a property that osls reads before its variables', () => {
  const early = (property: string): string =>
    `Cannot resolve serverless.yml: "${property}" property is not accessible (configured behind variables which cannot be resolved at this stage)`;
  const explained = (written: string, property = 'service') => {
    const text =
      property === 'service' ? `service: ${written}\n` : `service: a\nprovider:\n  name: ${written}\n`;
    return explainFailure({ message: early(property) }, FILE, parseSource(text, FILE), '/app/my.values.yml');
  };
  for (const [written, rule, says] of [
    [
      '${param:name-of-it}',
      'not-compiled',
      '${param:name-of-it} has no value: osls resolves service before it reads options and parameters; write `${env:NAME_OF_IT}` and set NAME_OF_IT in the environment or with --env-file',
    ],
    [
      '${opt:colour}',
      'not-compiled',
      '${opt:colour} has no value: osls resolves service before it reads options and parameters; write `${env:COLOUR}` and set COLOUR in the environment or with --env-file',
    ],
    [
      '${env:NAME}-${opt:stage}',
      'value-elsewhere',
      '${env:NAME} has no value: set it in the environment or with --env-file',
    ],
    [
      "${env:FIRST, 'a'}-${env:SECOND}",
      'value-elsewhere',
      '${env:SECOND} has no value: set it in the environment or with --env-file',
    ],
    [
      '${sls:stage}-${self:custom.name}',
      'not-compiled',
      '${self:custom.name} has no value: define it in the service',
    ],
    [
      '${file(./nowhere.yml):name}',
      'missing-file',
      '${file(./nowhere.yml):name} has no value: check that the file exists and contains the value',
    ],
  ] as const)
    it(`names the variable of ${written}`, () => {
      const fault = explained(written);

      assert.deepEqual(
        [fault.message, fault.rule, fault.place],
        [says, rule, { file: FILE, line: 1, property: 'service' }],
      );
    });

  it('is reported by its path', () =>
    assert.deepEqual(explained('${env:PROVIDER}', 'provider.name').place, {
      file: FILE,
      line: 3,
      property: 'provider.name',
    }));

  for (const [what, written] of [
    ['no variables', 'shop'],
    ['only variables with a default', "${env:NAME, 'shop'}"],
    ['only what osls itself knows', '${sls:stage}'],
    ['only options that it takes', '${opt:stage}-${opt:region}'],
  ] as const)
    it(`is reported with the message of osls if it has ${what}`, () =>
      assert.equal(explained(written).message, early('service')));
});

describe('a parameter without a value', () => {
  const explained = (more: string): string => {
    const text = `service: shop\ncustom: { a: '\${param:tier}' }\n${more}`;
    const message = unresolved('custom.a', 'param');
    return explainFailure({ message }, FILE, parseSource(text, FILE)).message;
  };

  it('may be set by an option or in the file', () =>
    assert.equal(
      explained(''),
      '${param:tier} has no value: set it with --param, or write `params: { default: { tier: VALUE } }` in serverless.yml',
    ));

  it('may be one that only Serverless 4 reads', () =>
    assert.equal(
      explained('stages: { dev: { params: { other: 1 } }, prod: { params: { tier: gold } } }'),
      '${param:tier} has no value: only the stage prod has the parameter: pass --stage prod, or write `stages: { default: { params: { tier: "gold" } } }`',
    ));
});

describe('a secret without a value', () => {
  it('is written if functions read it, too', () => {
    const name = '/aws/reference/secretsmanager/db';
    const tree = parseSource(`custom: { a: '\${ssm:${name}}' }\n`, FILE);
    const { message } = explainFailure({ message: unresolved('custom.a', 'ssm') }, FILE, tree);

    assert.equal(
      message,
      `\${ssm:${name}} has no value: write its value to gatewright.values.yml as \`secretsmanager: { db: VALUE }\`, or to custom.gatewright.variables as 'ssm:${name}'`,
    );
  });
});

describe('several variables without a value', () => {
  it('are reported together, those whose text is not known without a remedy', () => {
    const message = `${unresolved('custom.a', 'env')}
  - Cannot resolve variable at "custom.b": Value not found at "ssm" source
  - Cannot resolve variable at "custom.c": Value not found at "ssm" source`;
    const fault = explainFailure({ message }, FILE, parseSource("custom: { a: '${env:A}' }", FILE));

    assert.equal(
      fault.message,
      '${env:A} has no value: set it in the environment or with --env-file. The variables in custom.b, custom.c have no value either',
    );
  });

  // A public project: `provider: ${file(./sls-yml/provider.yml)}`. No variable was named, and the line was that of the
  // reference.
  it('are named with file and line if an included file contains them', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'gatewright-includes-'));
    t.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(
      join(folder, 'p.yml'),
      "name: aws\nregion: ${env:REGION_X}\nenvironment: { A: '${env:A_X}' }\n",
    );
    const file = join(folder, 'serverless.yml');
    const message = `${unresolved('provider.region', 'env')}
  - Cannot resolve variable at "provider.environment.A": Value not found at "env" source`;
    const fault = explainFailure({ message }, file, parseSource('provider: ${file(p.yml)}', file));

    assert.deepEqual(
      [fault.place.file, fault.place.line, fault.message],
      [
        join(folder, 'p.yml'),
        2,
        '${env:REGION_X} (p.yml:2), ${env:A_X} (p.yml:3) have no value: set them in the environment or with --env-file',
      ],
    );
  });

  it('get a remedy each', () => {
    const message = `${unresolved('custom.a', 'env')}
  - Cannot resolve variable at "custom.b": Value not found at "file" source
  - Cannot resolve variable at "custom.c": Value not found at "file" source
  - Cannot resolve variable at "custom.d": Value not found at "self" source`;
    const text = "custom: { a: '${env:A}', b: '${file(b.yml)}', c: '${file(c.yml)}', d: '${self:custom.e}' }";
    const fault = explainFailure({ message }, FILE, parseSource(text, FILE));

    assert.equal(
      fault.message,
      '${env:A} (serverless.yml:1) has no value: set it in the environment or with --env-file. ${file(b.yml)} (serverless.yml:1), ${file(c.yml)} (serverless.yml:1) have no value: check that the files exist and contain the values. ${self:custom.e} (serverless.yml:1) has no value: define it in the service',
    );
  });

  // osls resolves provider.stage first, then env, file and self, and other sources last. One message of osls names the
  // variables of one step.
  for (const [stage, found] of [
    ['${env:SHOP_STAGE}', 'provider.stage'],
    ['dev', 'provider.environment.A'],
  ] as const)
    it(`are named together although osls stops at ${found}`, () => {
      const text = `provider:
  stage: ${stage}
  environment:
    A: \${env:NOT_SET}
    B: \${file(./none.yml):b}
    C: \${param:domain}
    D: \${opt:colour}
    E: \${env:NOT_SET}
    Known: \${env:KNOWN}-\${param:given}-\${param:ofStage}-\${opt:stage}-\${env:NOT_SET, 'a'}-\${env:NOT_SET, self:x}
params:
  prod: { ofStage: a, other: '\${env:NOT_SET_OF_PROD}' }
`;
      const given = { environment: { KNOWN: '' }, parameters: { given: 'a' } };
      const tree = parseSource(text, FILE);
      const { message } = explainFailure(
        { message: unresolved(found, 'env') },
        FILE,
        tree,
        undefined,
        [],
        given,
      );

      assert.deepEqual(message.split('. '), [
        `${stage === 'dev' ? '' : '${env:SHOP_STAGE} (serverless.yml:2), '}\${env:NOT_SET} (serverless.yml:4) ${stage === 'dev' ? 'has no value: set it' : 'have no value: set them'} in the environment or with --env-file`,
        '${file(./none.yml):b} (serverless.yml:5) has no value: check that the file exists and contains the value',
        '${param:domain} (serverless.yml:6) has no value: set it with --param, or write `params: { default: { domain: VALUE } }` in serverless.yml',
        "${opt:colour} (serverless.yml:7) has no value: only --stage and --region are passed to osls; write ${param:colour} and pass --param colour=…, or ${opt:colour, 'VALUE'}",
      ]);
    });

  // jmoranj/serverless-api: eight properties with four variables. Paths alone did not say which ones to set.
  it('are named once each', () => {
    const message = `${unresolved('custom.a', 'env')}
  - Cannot resolve variable at "custom.b": Value not found at "env" source
  - Cannot resolve variable at "custom.c": Value not found at "env" source
  - Cannot resolve variable at "custom.d": Value not found at "env" source`;
    const tree = parseSource("custom: { a: '${env:A}', b: '${env:B}', c: 'x-${env:A}' }", FILE);
    const fault = explainFailure({ message }, FILE, tree);

    assert.equal(
      fault.message,
      '${env:A} (serverless.yml:1), ${env:B} (serverless.yml:1) have no value: set them in the environment or with --env-file. The variables in custom.d have no value either',
    );
  });

  // mteig/serverless-API: the file has dev and prod, and the stage is local without --stage.
  for (const { written, stage = "${opt:stage, 'local'}", says } of [
    {
      written: '${self:custom.app.${self:provider.stage}.db}',
      says: '${self:custom.app.${self:provider.stage}.db} has no value: define it in the service for this stage, or pass a stage that has it with --stage',
    },
    {
      written: 'a-${self:custom.app.${sls:stage}.db}-b',
      says: '${self:custom.app.${sls:stage}.db} has no value: define it in the service for this stage, or pass a stage that has it with --stage',
    },
    {
      written: '${self:custom.app.${self:custom.none}.db}',
      says: '${self:custom.none} has no value: define it in the service',
    },
    {
      written: '${self:custom.app.${self:custom.kind}.db}',
      says: '${self:custom.app.${self:custom.kind}.db} has no value: define it in the service',
    },
  ])
    it(`are not blamed on a variable within that has one: ${written}`, () => {
      const tree = parseSource(
        `provider: { stage: "${stage}" }\ncustom: { kind: k, a: '${written}' }\n`,
        FILE,
      );
      const fault = explainFailure({ message: unresolved('custom.a', 'self') }, FILE, tree);

      assert.equal(fault.message, says);
    });

  it('are reported by their source if the text is not known', () => {
    const fault = explainFailure({ message: unresolved('custom.a', 'git') }, FILE, undefined);

    assert.equal(fault.message, 'the variable of source "git" has no value: osls could not resolve it');
  });
});

// arpadgabor/serverless-api: the values of its database come from another service by SSM.
describe('a variable with several sources', () => {
  const explained = (custom: string, source: string, asked: readonly string[] = []): string => {
    const tree = parseSource(`custom: { ${custom} }\n`, FILE);
    return explainFailure({ message: unresolved('custom.a', source) }, FILE, tree, undefined, asked).message;
  };

  it('has a remedy for each of them, with the names that osls has asked for', () => {
    assert.equal(
      explained("a: 'x-${self:custom.none, ssm:/host-${self:service}-${sls:stage}}'", 'ssm', [
        'ssm:/other',
        'ssm:/host-shop-dev',
      ]),
      "${self:custom.none, ssm:/host-${self:service}-${sls:stage}} has no value: define it in the service, or write its value to gatewright.values.yml as `ssm: { /host-shop-dev: VALUE }`, or to custom.gatewright.variables as 'ssm:/host-shop-dev'",
    );
  });

  it('does not have a default as a source', () => {
    assert.equal(
      explained("a: '${env:HOST, env:OTHER, null}'", 'env'),
      '${env:HOST, env:OTHER, null} has no value: set it in the environment or with --env-file',
    );
  });

  it('may be within another', () => {
    assert.equal(
      explained("a: '${self:custom.none, ${s3:a/b.json}}'", 's3'),
      "${self:custom.none, ${s3:a/b.json}} has no value: define it in the service, or write its value to gatewright.values.yml as `s3: { a: { b.json: VALUE } }`, or to custom.gatewright.variables as 's3:a/b.json'",
    );
  });

  it('is the reason if a member of it is missing', () => {
    const secret = '/aws/reference/secretsmanager/db-${sls:stage}';
    assert.equal(
      explained(`db: '\${ssm:${secret}, null}', a: '\${self:custom.db.HOST}'`, 'self', [
        'ssm:/aws/reference/secretsmanager/db-dev',
      ]),
      `\${self:custom.db.HOST} has no value: custom.db is \${ssm:${secret}, null}, which has no value: write its value to gatewright.values.yml as \`secretsmanager: { db-dev: { MEMBER: VALUE } }\`, or to custom.gatewright.variables as 'ssm:/aws/reference/secretsmanager/db-dev'`,
    );
  });
});
