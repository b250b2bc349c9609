import { expect } from 'chai';
import { modelFunctions } from '../../src/functions/model-functions.js';
import type { ModelFunction, ModelFunctionsOptions } from '../../src/functions/model-functions.js';
import { FunctionError, SessionsError, defineFunction, definePlugin, kernelFunction } from '../../src/index.js';
import type { FunctionOptions, InvocationScope, JsonSchema, KernelPlugin } from '../../src/index.js';
import { aPromise, closed } from '../helpers/a-kernel.js';
import { positionalPlugin } from '../helpers/positional-plugin.js';
import { rejectionOf } from '../helpers/rejection-of.js';
import { thrownBy } from '../helpers/thrown-by.js';
import { untyped } from '../helpers/untyped.js';

type Body = (input: Record<string, unknown>, scope: InvocationScope) => unknown;

const NUMBERS = closed({ a: { type: 'number' }, b: { type: 'number' } }, ['a']);

function lab(body: Body, options: FunctionOptions & { input?: JsonSchema } = {}, name = 'run'): KernelPlugin {
  return definePlugin('lab', [defineFunction({ input: { type: 'object' }, ...options, name }, body)]);
}

function theFunction(plugin: object, options?: ModelFunctionsOptions): ModelFunction {
  const [first] = modelFunctions(plugin, options);
  if (first === undefined) throw new Error('The plugin shows no function.');
  return first;
}

describe('modelFunctions', () => {
  it('gives the functions that a model may see, of an instance or a plugin, with their schemas', () => {
    class Clock {
      readonly modelFunctions = ['time'];
      @kernelFunction({ description: 'The time.', parameters: { city: { type: 'string' } } })
      time(city: string): string {
        return city;
      }
      @kernelFunction({ parameters: {} })
      wind(): void {}
    }
    const shown = modelFunctions(new Clock());
    const parameters = closed({ city: { type: 'string' } }, ['city']);
    expect(shown).to.have.length(1);
    expect(shown[0]).to.deep.include({ name: 'time', description: 'The time.', parameters, strict: false });
    const plugin = definePlugin('lab', [
      defineFunction({ name: 'seen', input: NUMBERS }, () => ''),
      defineFunction({ name: 'unseen', input: NUMBERS, modelVisible: false }, () => ''),
    ]);
    expect(modelFunctions(plugin).map(({ name }) => name)).to.deep.equal(['seen']);
  });

  it('rewrites the schema of a strict function, and takes null for what is optional', async () => {
    const strict = theFunction(lab((input) => Object.keys(input), { strict: true, input: NUMBERS }));
    expect(strict).to.deep.include({
      strict: true,
      parameters: closed({ a: { type: 'number' }, b: { type: ['number', 'null'] } }, ['a', 'b']),
    });
    expect(await strict.call({ a: 1, b: null }, {})).to.deep.include({ type: 'value', value: ['a'] });
  });

  it("names the functions of a list with their plugins, and takes other names for the model's sake", () => {
    const other = definePlugin('other', lab(() => '').functions);
    expect(modelFunctions([lab(() => ''), other]).map(({ name }) => name)).to.deep.equal(['lab-run', 'other-run']);
    expect(
      theFunction(
        lab(() => ''),
        { names: { run: 'code_interpreter' } },
      ).name,
    ).to.equal('code_interpreter');
    const names = { 'other-run': 'run' };
    expect(modelFunctions([lab(() => ''), other], { names }).map(({ name }) => name)).to.deep.equal(['lab-run', 'run']);
  });

  for (const { names, says } of [
    {
      names: { walk: 'x' },
      says: '`names` has "walk", which is no function that a model may see. Those are: "run", "walk2"',
    },
    { names: { unseen: 'x' }, says: '`names` has "unseen"' },
    { names: { toString: 'x' }, says: '`names` has "toString"' },
    { names: { run: 'with blank' }, says: '`names.run` must be 1 to 64 letters' },
    { names: { run: '' }, says: '`names.run`' },
    { names: { run: untyped(7) }, says: '`names.run`' },
    { names: { run: 'walk2' }, says: 'Two functions would be named "walk2"' },
  ]) {
    it(`refuses ${JSON.stringify(names)} and says why`, () => {
      const named = (name: string, modelVisible = true): KernelPlugin['functions'][number] =>
        defineFunction({ name, input: { type: 'object' }, modelVisible }, () => '');
      const plugin = definePlugin('lab', [named('run'), named('walk2'), named('unseen', false)]);
      const error = thrownBy(() => modelFunctions(plugin, { names }));
      expect(error).to.have.property('code', 'invalid_options');
      expect(error).to.have.property('message').that.contains(says);
    });
  }

  for (const [what, options, says] of [
    ['an option that is misspelt', { argument: { sessionId: 'x' } }, 'no option `argument`. There are: `names`, `arg'],
    ['no options', null, 'takes its options as an object, not null'],
    ['names that are none', { names: 'python' }, '`names` is an object, not a string'],
    ['arguments that are none', { arguments: ['x'] }, '`arguments` is an object, not an array'],
  ] as const) {
    it(`refuses ${what}`, () => {
      const error = thrownBy(() =>
        modelFunctions(
          lab(() => ''),
          untyped(options),
        ),
      );
      expect(error).to.have.property('code', 'invalid_options');
      expect(error).to.have.property('message').that.contains(says);
    });
  }

  it('refuses a name that is too long for models, unless it is given another', () => {
    const long = 'x'.repeat(62);
    const plugin = lab(() => '', {}, long);
    expect(modelFunctions(plugin)).to.have.length(1);
    const error = thrownBy(() => modelFunctions([plugin]));
    expect(error).to.have.property('code', 'invalid_name');
    expect(error).to.have.property('message').that.contains(`"lab-${long}" has 66 characters`).and.contains('`names`');
    const [renamed] = modelFunctions([plugin], { names: { [`lab-${long}`]: 'short' } });
    expect(renamed).to.have.property('name', 'short');
  });

  it('refuses what is no plugin, and two plugins of one name', () => {
    expect(thrownBy(() => modelFunctions({}))).to.have.property('code', 'invalid_metadata');
    expect(thrownBy(() => modelFunctions(untyped('lab')))).to.have.property('code', 'invalid_metadata');
    expect(thrownBy(() => modelFunctions([lab(() => ''), lab(() => '')]))).to.have.property('code', 'duplicate_plugin');
  });
});

describe('ModelFunction.call', () => {
  it("gives the value, and its text within the function's budget", async () => {
    const answer = await theFunction(lab(() => ({ total: 3 }))).call({}, {});
    expect(answer).to.deep.equal({ type: 'value', text: '{"total":3}', value: { total: 3 } });
    const long = await theFunction(lab(() => 'x'.repeat(100), { maxResultChars: 10 })).call({}, {});
    expect(long.text).to.equal('xxxxx\n[… 90 characters removed …]\nxxxxx');
    expect(await theFunction(lab(() => {})).call(undefined, {})).to.include({ text: '(no output)' });
  });

  it('takes the text that a model wrote, or an object, and refuses anything else before the function runs', async () => {
    const calls: unknown[] = [];
    const run = theFunction(lab((input) => calls.push(input), { input: NUMBERS }));
    await run.call('{"a": 1}', {});
    await run.call({ a: '2' }, {});
    expect(calls).to.deep.equal([{ a: 1 }, { a: 2 }]);
    const refusals = await Promise.all(
      ['{"a": ', '[1]', 7, { a: 'secret' }, { a: 1, c: 2 }].map((given) => run.call(given, {})),
    );
    expect(refusals.map(({ text }) => text.split('\n').slice(0, 2).join(' '))).to.deep.equal([
      'Error: the arguments for "run" are not valid JSON (Unexpected end of JSON input). Send one JSON object that matches the parameter schema.',
      'Error: the arguments for "run" must be a JSON object, not an array.',
      'Error: the arguments for "run" must be a JSON object, not a number.',
      'Error: invalid arguments for "run": - a: expected number, received string',
      'Error: invalid arguments for "run": - c: is not a parameter',
    ]);
    expect(calls).to.have.length(2);
    expect(refusals[0]).to.include({
      loggable:
        'Error: the arguments for "run" are not valid JSON. Send one JSON object that matches the parameter schema.',
    });
    expect(refusals[3]).to.include({ type: 'failure', fatal: false });
    expect(refusals[3]).to.have.nested.property('error.code', 'invalid_arguments');
    expect(refusals[3]).to.have.nested.property('error.message').that.does.not.contain('secret');
  });

  it('never takes a hidden parameter from the model, only from the application', async () => {
    const plugin = positionalPlugin(
      { code: { type: 'string' }, user: { type: 'string', hidden: true } },
      (code, user) => `${String(user)} ran ${String(code)}`,
    );
    const alices = theFunction(plugin, { arguments: { user: 'alice', other: 1 } });
    expect(await alices.call({ code: 'x' }, {})).to.include({ text: 'alice ran x' });
    expect(await alices.call({ code: 'x', user: 'eve' }, {}))
      .to.have.property('text')
      .that.contains('user: is not a parameter');
    const nobodys = await theFunction(plugin).call({ code: 'x' }, {});
    expect(nobodys).to.include({ type: 'failure', text: 'Error: "run" failed.', fatal: true });
    expect(nobodys).to.have.nested.property('error.message').that.contains('user: is required');
  });

  it('tells the model what a function says of its failure, and nothing of a fatal one', async () => {
    const failing = (error: unknown): ModelFunction =>
      theFunction(
        lab(() => {
          throw error;
        }),
      );
    const spoken = await failing(new FunctionError('There is no such city.')).call({}, {});
    expect(spoken).to.include({ type: 'failure', text: 'Error: There is no such city.', fatal: false });
    expect(await failing(new Error('disk full')).call({}, {})).to.include({ text: 'Error: "run" failed: disk full' });
    const refused = new SessionsError('forbidden', 'The role is missing.');
    const fatal = await failing(refused).call({}, {});
    expect(fatal).to.include({ type: 'failure', text: 'Error: "run" failed.', fatal: true });
    expect(fatal).to.have.nested.property('error.cause', refused);
    expect(await theFunction(lab(() => ({ self: () => {}, toJSON: () => undefined }))).call({}, {})).to.include({
      text: 'Error: "run" returned a value that cannot be converted to text.',
    });
  });

  it('checks what a function passes to another one of its plugin', async () => {
    for (const options of [null, { signal: new AbortController() }, { timeoutMs: 'x' }]) {
      const invoking = lab((_, scope) => scope.kernel.invoke('run', {}, options as never));
      const answer = await theFunction(invoking).call({}, {});
      expect(answer).to.have.nested.property('error.cause.code', 'invalid_options');
    }
  });

  it('cancels a function whose time is up, and says so', async () => {
    const answer = await theFunction(lab(() => new Promise(() => {}), { timeoutMs: 1 })).call({}, {});
    expect(answer).to.include({ type: 'failure', text: 'Error: "run" did not finish within 1 ms and was cancelled.' });
    expect(answer).to.have.nested.property('error.code', 'function_timeout');
  });

  it("rejects with the signal's reason, before and while the function runs, and aborts the function", async () => {
    const controller = new AbortController();
    const seen = aPromise<AbortSignal>();
    const run = theFunction(
      lab((_, scope) => {
        seen.resolve(scope.signal);
        return new Promise(() => {});
      }),
    );
    const pending = run.call({}, { signal: controller.signal });
    const inside = await seen.promise;
    const reason = new Error('stop');
    controller.abort(reason);
    expect(await rejectionOf(pending)).to.equal(reason);
    expect(inside.aborted).to.equal(true);
    expect(await rejectionOf(run.call({}, { signal: controller.signal }))).to.equal(reason);
  });

  it('runs exclusive functions one at a time, whoever offers them', async () => {
    const order: string[] = [];
    const gate = aPromise();
    const plugin = lab(
      async ({ id }) => {
        order.push(`${String(id)} begins`);
        if (id === 1) await gate.promise;
        order.push(`${String(id)} ends`);
      },
      { exclusive: true },
    );
    const calls = [1, 2].map((id) => theFunction(plugin).call({ id }, {}));
    await Promise.resolve();
    gate.resolve();
    await Promise.all(calls);
    expect(order).to.deep.equal(['1 begins', '1 ends', '2 begins', '2 ends']);
  });

  it("tells the function the call and the application's arguments, and lets it invoke its neighbours", async () => {
    const double = defineFunction({ name: 'double', input: NUMBERS, modelVisible: false }, ({ a }) => Number(a) * 2);
    const run = defineFunction(
      { name: 'run', input: NUMBERS },
      async (input, { kernel, toolCall, arguments: given }) => {
        const { value } = await kernel.invoke('double', input);
        const again = await kernel.invoke(double, { a: value });
        return { value: again.value, toolCall, given };
      },
    );
    const plugin = definePlugin('lab', [run, double]);
    const answer = await theFunction(plugin, { names: { run: 'calculate' }, arguments: { user: 'alice' } }).call(
      { a: 2 },
      { id: 'c1' },
    );
    expect(answer).to.deep.include({
      value: { value: 8, toolCall: { id: 'c1', name: 'calculate', arguments: '{"a":2}' }, given: { user: 'alice' } },
    });
  });

  it('tells the function where a neighbour is missing, or is given wrong arguments', async () => {
    const asking = (name: string, args: Record<string, unknown>): ModelFunction =>
      theFunction(lab((_, { kernel }) => kernel.invoke(name, args), { input: { type: 'object' } }));
    expect(await asking('nobody', {}).call({}, {})).to.include({
      text: 'Error: "run" failed: There is no function "nobody". Known here: "lab-run".',
    });
    const strictOne = definePlugin('lab', [
      defineFunction({ name: 'run', input: { type: 'object' } }, (_, { kernel }) =>
        kernel.invoke('lab-double', { a: 'x' }),
      ),
      defineFunction({ name: 'double', input: NUMBERS }, () => ''),
    ]);
    expect(await theFunction(strictOne).call({}, {})).to.include({
      text: 'Error: "run" failed: Invalid arguments for "lab-double":\n- a: expected number, received string',
    });
  });
});
