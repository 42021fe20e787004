import js from '@eslint/js';
import ts from 'typescript-eslint';
import { noRecognitionByText } from './lab/tools/no-recognition-by-text.mjs';

const SHARED_ADAPTERS = [
  'shared/config/*.ts',
  'shared/observability/**/*.ts',
  'shared/**/{dynamodb,lambda}-*.ts',
  'shared/**/*-poster.ts',
  'shared/**/*-fetcher.ts',
  // Clock, chance and sockets of a browser or of Node.
  'shared/websocket/client/host.ts',
  'packages/authoring/*-files.ts',
  'packages/authoring/account/*.ts',
];

/** `{ ...{ a, b } }` and `[...[a, b]]`, which save lines and cost readers. */
const LITERAL_SPREADS = [
  'ObjectExpression > SpreadElement > :matches(ObjectExpression, TSAsExpression:has(> ObjectExpression))',
  ':matches(ArrayExpression, CallExpression, NewExpression) > SpreadElement > :matches(ArrayExpression, TSAsExpression:has(> ArrayExpression))',
];

const RESTRICTED_SYNTAX = [
  { selector: 'ExportDefaultDeclaration', message: 'named exports only' },
  { selector: 'ExportAllDeclaration', message: 'no barrels: export where the thing is made' },
  ...LITERAL_SPREADS.map((selector) => ({ selector, message: 'write the members of a literal itself' })),
];

/** Readers of JSON of which one is enough, and where each stands. */
const JSON_FILES = ['packages/aws/json-object.ts', 'packages/core/stack/json-values.ts'];
const JSON_READER_COPIES = {
  selector: ':matches(FunctionDeclaration, VariableDeclarator)[id.name=/^(textOf|memberOf|membersOf)$/]',
  message: `import it from ${JSON_FILES.join(' or ')}, or say in the name what it does`,
};

export default ts.config(
  {
    ignores: [
      'node_modules',
      '.build',
      '**/.gatewright',
      '**/.serverless',
      'coverage',
      '**/*.mjs',
      '**/*.cjs',
      'test/fixtures',
    ],
  },
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['eslint.config.js'] } } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-definitions': 'off',
      // The compiler refuses enums (erasableSyntaxOnly); these two take a tenth of the time to find none.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': ['error', ...RESTRICTED_SYNTAX, JSON_READER_COPIES],
    },
  },
  {
    files: ['{functions,packages,shared}/**/*.ts'],
    ignores: ['packages/aws/node-http.ts', 'packages/conformance/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { name: 'node:http', allowTypeImports: true, message: 'import it from @gatewright/aws/node-http' },
      ],
    },
  },
  {
    files: ['shared/**/*.ts', 'packages/{authoring,velocity}/**/*.ts'],
    ignores: SHARED_ADAPTERS,
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [{ group: ['**/engine/**', '**/functions/**', 'node:*', '!node:crypto', '@aws-sdk/*'] }],
        },
      ],
      'no-restricted-globals': ['error', 'process', 'fetch', 'setTimeout', 'setInterval', 'console'],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'take a Clock' },
        { object: 'Math', property: 'random', message: 'take a Random' },
      ],
    },
  },
  {
    files: [
      'packages/core/{phases,routing,mapping,events,policy,metering,deployment}/**/*.ts',
      'packages/console/explain/**/*.ts',
      'packages/kernel/delivery/**/*.ts',
      'packages/core/pipeline.ts',
    ],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'take a Clock' },
        { object: 'Math', property: 'random', message: 'take a Random' },
      ],
      'no-restricted-globals': ['error', 'process', 'fetch', 'setTimeout', 'setInterval', 'console'],
    },
  },
  {
    files: ['{functions,lab,layers,packages,shared}/**/*.{ts,tsx}'],
    plugins: { gatewright: { rules: { 'no-recognition-by-text': noRecognitionByText } } },
    rules: { 'gatewright/no-recognition-by-text': 'error' },
  },
  { files: JSON_FILES, rules: { 'no-restricted-syntax': ['error', ...RESTRICTED_SYNTAX] } },
  {
    files: ['packages/console/page/**/*.tsx'],
    rules: { 'max-lines-per-function': ['error', { max: 90, skipBlankLines: true, skipComments: true }] },
  },
  { files: ['functions/**/*.ts', 'examples/**/*.ts'], rules: { '@typescript-eslint/require-await': 'off' } },
  {
    files: ['*.config.js', '.dependency-cruiser.mjs'],
    extends: [ts.configs.disableTypeChecked],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['test/**/*.ts', 'examples/*/test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', name: ['describe', 'it', 'test'], package: 'node:test' },
          ],
        },
      ],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/require-await': 'off',
      'max-lines-per-function': 'off',
    },
  },
);
