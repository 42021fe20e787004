import { RESOURCE_TYPES } from '../../../../packages/gateway/engine/compose/services/catalogue.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LoadBoard } from '../../../../packages/gateway/templates/load-board.ts';
import type { RawStack } from '../../../../packages/gateway/templates/raw-stack.ts';
import { parseSource } from '../../../../packages/gateway/templates/cloudformation/template-source.ts';
import { toRawStack } from '../../../../packages/gateway/templates/cloudformation/template-stack.ts';
import { OPTIONS, refusalOf } from './stack-builders.ts';

function aRaw(stackName: string, value: string): RawStack {
  const text = `Resources: {T: {Type: AWS::SNS::Topic}}\nOutputs: {Out: {Value: ${value}, Export: {Name: ${stackName}-out}}}`;
  return toRawStack(parseSource(text, `/app/${stackName}.yml`), stackName, OPTIONS);
}

describe('LoadBoard', () => {
  it('waits for a stack that is still loading, even before its name is known', async () => {
    const board = new LoadBoard(['/a', '/b'], RESOURCE_TYPES);
    board.announce('/a', 'a');
    const outputs = board.outputsOf('/a', 'b');

    board.announce('/b', 'b');
    board.finish('/b', [aRaw('b', 'done')]);

    assert.deepEqual(await outputs, { Out: 'done' });
  });

  it('finds no stack that no source creates, once all have names', async () => {
    const board = new LoadBoard(['/a', '/b'], RESOURCE_TYPES);
    board.announce('/a', 'a');
    const outputs = board.outputsOf('/a', 'elsewhere');

    board.announce('/b', 'b');

    assert.equal(await outputs, undefined);
  });

  it('reports that a stack that imports from itself is not deployed yet', async () => {
    const board = new LoadBoard(['/a'], RESOURCE_TYPES);
    board.announce('/a', 'a');

    assert.equal(await board.outputsOf('/a', 'a'), undefined);
  });

  it('refuses two stacks that wait for each other, and names them', async () => {
    const board = new LoadBoard(['/a', '/b'], RESOURCE_TYPES);
    board.announce('/a', 'a');
    board.announce('/b', 'b');
    const first = refusalOf(board.outputsOf('/a', 'b'));
    const second = refusalOf(board.outputsOf('/b', 'a'));

    const said = await Promise.race([first, second]);

    assert.match(said, /stacks wait for each other's outputs: a waits for b, b waits for a/);
    assert.match(said, /custom\.gatewright\.variables/);
  });

  it('refuses to wait for a stack whose outputs import from the waiting stack', async () => {
    const board = new LoadBoard(['/a', '/b'], RESOURCE_TYPES);
    board.announce('/a', 'a');
    const outputs = refusalOf(board.outputsOf('/a', 'b'));

    board.finish('/b', [aRaw('b', '!ImportValue a-out')]);

    assert.match(await outputs, /wait for each other/);
  });

  const aParameter = (stackName: string, Value: string, region = OPTIONS.region): RawStack => {
    const properties = `{Name: /shop/host, Type: String, Value: ${Value}}`;
    const text = `Resources: {P: {Type: AWS::SSM::Parameter, Properties: ${properties}}}`;
    return toRawStack(parseSource(text, `/app/${stackName}.yml`), stackName, { ...OPTIONS, region });
  };

  it('finds a parameter that another stack creates, once that stack is loaded', async () => {
    const board = new LoadBoard(['/a', '/b'], RESOURCE_TYPES);
    board.announce('/a', 'a');
    const parameter = board.parameterOf('/a', '/shop/host', OPTIONS.region);

    board.finish('/b', [aParameter('b', 'a.example')]);

    assert.deepEqual(await parameter, { type: 'String', value: 'a.example' });
  });

  it('finds no parameter of another region, or one that no source creates', async () => {
    const board = new LoadBoard(['/a', '/b'], RESOURCE_TYPES);
    const elsewhere = board.parameterOf('/a', '/shop/host', 'ap-south-1');

    board.finish('/b', [aParameter('b', 'a.example')]);

    assert.equal(await elsewhere, undefined);
    assert.equal(await board.parameterOf('/a', '/shop/none', OPTIONS.region), undefined);
  });

  it('lets a source that waits for a parameter continue if the other source waits for its outputs', async () => {
    const board = new LoadBoard(['/a', '/b'], RESOURCE_TYPES);
    board.announce('/a', 'a');
    board.announce('/b', 'b');
    const outputs = board.outputsOf('/b', 'a');

    assert.equal(await board.parameterOf('/a', '/shop/host', OPTIONS.region), undefined);
    board.finish('/a', [aRaw('a', 'done')]);

    assert.deepEqual(await outputs, { Out: 'done' });
  });

  it('runs a chain of waits through', async () => {
    const board = new LoadBoard(['/a', '/b', '/c'], RESOURCE_TYPES);
    for (const name of ['a', 'b', 'c']) board.announce(`/${name}`, name);
    const ofB = board.outputsOf('/a', 'b');
    const ofC = board.outputsOf('/b', 'c');

    board.finish('/c', [aRaw('c', '3')]);
    assert.deepEqual(await ofC, { Out: '3' });
    board.finish('/b', [aRaw('b', '2')]);

    assert.deepEqual(await ofB, { Out: '2' });
  });
});
