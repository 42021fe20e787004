/**
 * ESLint: an error is recognised by its class or code, never by its text, and a failure by its code, never by
 * the word that logs have for it.
 */
const METHODS = new Set(['test', 'match', 'matchAll', 'includes', 'startsWith', 'endsWith', 'search']);

/** @type {import('eslint').Rule.RuleModule} */
export const noRecognitionByText = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { text: 'recognise it by class or code: {{what}} may be worded anew at any time' },
  },
  create(context) {
    const { getTypeAtLocation } = context.sourceCode.parserServices;
    /** `Reason` of shared/failures.ts. */
    const isLogReason = (node) => {
      const symbol = getTypeAtLocation(node)?.aliasSymbol;
      return (
        symbol?.name === 'Reason' &&
        symbol.declarations?.some((one) => /\/failures\.ts$/.test(one.getSourceFile().fileName)) === true
      );
    };
    const textOf = (node) => {
      const inner = node.type === 'ChainExpression' ? node.expression : node;
      if (inner.type === 'MemberExpression' && inner.property.name === 'message') return 'a message';
      return ['Identifier', 'MemberExpression'].includes(inner.type) && isLogReason(inner)
        ? 'a reason of logs'
        : undefined;
    };
    const check = (node, parts) => {
      const what = parts.map(textOf).find((found) => found !== undefined);
      if (what !== undefined) context.report({ node, messageId: 'text', data: { what } });
    };
    const isText = ({ type, value }) =>
      type === 'TemplateLiteral' || (type === 'Literal' && typeof value === 'string');
    return {
      CallExpression(node) {
        const { callee } = node;
        if (callee.type !== 'MemberExpression' || !METHODS.has(callee.property.name)) return;
        check(node, callee.property.name === 'test' ? node.arguments : [callee.object]);
      },
      BinaryExpression(node) {
        if (/^[!=]==$/.test(node.operator) && [node.left, node.right].some(isText))
          check(node, [node.left, node.right]);
      },
    };
  },
};
