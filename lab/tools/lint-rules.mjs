/**
 * Rules of this repository for oxlint. An error must be recognised by its class or code, never by its text. A failure
 * must be recognised by its code, never by the word that logs use for it. The last rule forbids certain syntax.
 */
import { readFileSync } from 'node:fs';

const METHODS = new Set(['test', 'match', 'matchAll', 'includes', 'startsWith', 'endsWith', 'search']);

/** The values of the type `Reason`. */
const REASONS = new Set(
  readFileSync(new URL('../../shared/failures.ts', import.meta.url), 'utf8')
    .match(/export type Reason =[^;]*/)?.[0]
    .match(/(?<=\| ')\w+(?=')/g),
);

const isText = ({ type, value }) =>
  type === 'TemplateLiteral' || (type === 'Literal' && typeof value === 'string');

function isMessage(node) {
  const inner = node.type === 'ChainExpression' ? node.expression : node;
  return inner.type === 'MemberExpression' && inner.property.name === 'message';
}

/**
 * Matches a comparison of a value named `reason` with a value of the type `Reason`. Other types have reasons with other
 * values.
 */
function isReason(node, other) {
  const inner = node.type === 'ChainExpression' ? node.expression : node;
  const { name } = inner.type === 'MemberExpression' ? inner.property : inner;
  return /reason$/i.test(name ?? '') && other.type === 'Literal' && REASONS.has(other.value);
}

const noRecognitionByText = {
  create(context) {
    const report = (node, what) =>
      context.report({
        node,
        message: `recognise it by class or code: ${what} may be worded anew at any time`,
      });
    return {
      CallExpression(node) {
        const { callee } = node;
        if (callee.type !== 'MemberExpression' || !METHODS.has(callee.property.name)) return;
        const texts = callee.property.name === 'test' ? node.arguments : [callee.object];
        if (texts.some(isMessage)) report(node, 'a message');
      },
      BinaryExpression(node) {
        const { left, right } = node;
        if (!/^[!=]==$/.test(node.operator)) return;
        if ([left, right].some(isText) && [left, right].some(isMessage)) report(node, 'a message');
        else if (isReason(left, right) || isReason(right, left)) report(node, 'a reason of logs');
      },
    };
  },
};

/** ESLint's `no-restricted-syntax`, which oxlint lacks. Options: selectors with their messages. */
const restrictedSyntax = {
  meta: { schema: false },
  create: (context) =>
    Object.fromEntries(
      context.options.map(({ selector, message }) => [selector, (node) => context.report({ node, message })]),
    ),
};

export default {
  meta: { name: 'gatewright' },
  rules: { 'no-recognition-by-text': noRecognitionByText, 'no-restricted-syntax': restrictedSyntax },
};
