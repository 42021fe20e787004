import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  compileTemplate,
  JavaList,
  parseJson,
  TemplateError,
} from '../../../../packages/gateway/velocity/index.ts';

describe('@gatewright/velocity', () => {
  it('renders a template with the given values, any number of times', () => {
    const template = compileTemplate(
      '#foreach($n in $names)$velocityCount:$n.toUpperCase() #end',
      'greeting',
    );
    const render = (names: readonly string[]): string =>
      template.render({
        variables: { names: new JavaList([...names]) },
        undefinedReferences: 'source',
      });

    assert.equal(render(['ann', 'bob']), '1:ANN 2:BOB ');
    assert.equal(render([]), '');
  });

  it('reads JSON into values that templates may call as Java', () => {
    const order = parseJson('{"items":[{"price":5},{"price":7}]}');
    assert.ok(order !== undefined);
    const { render } = compileTemplate('$order.items.size() $order.items[1].price', 'order');

    assert.equal(render({ variables: { order }, undefinedReferences: 'source' }), '2 7');
  });

  it('ends a template that would never end', () => {
    const endless = compileTemplate(
      "#set($x = 'ab')#foreach($i in [1..1000000])#set($x = $x + $x)#end",
      'endless',
    );

    assert.throws(
      () => endless.render({ variables: {}, undefinedReferences: 'source' }),
      (error) => error instanceof TemplateError && error.code === 'TEMPLATE_LIMIT',
    );
  });
});
