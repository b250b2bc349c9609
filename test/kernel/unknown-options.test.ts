import { expect } from 'chai';
import { FunctionChoiceBehavior, Kernel } from '../../src/index.js';
import { aKernel } from '../helpers/a-kernel.js';
import { aModel } from '../helpers/a-model.js';
import { inBothModes, rejection } from '../helpers/in-both-modes.js';
import { thrownBy } from '../helpers/thrown-by.js';
import { untyped } from '../helpers/untyped.js';

const CHOICES = ['auto', 'required', 'none'] as const;

describe('Kernel: options that there are none of', () => {
  for (const choice of CHOICES) {
    const choose = (options: unknown): FunctionChoiceBehavior => FunctionChoiceBehavior[choice](untyped(options));

    it(`${choice}: a misspelt filter is refused, since it would let everything through`, () => {
      expect(thrownBy(() => choose({ filters: { exludedFunctions: ['lab-run'] } }))).to.include({
        code: 'invalid_options',
        message:
          '`filters` has no option `exludedFunctions`. There are: `includedPlugins`, `excludedPlugins`, `includedFunctions`, `excludedFunctions`.',
      });
    });

    it(`${choice}: a filter that is no list of names is refused`, () => {
      for (const names of ['lab-run', '', null, 5, ['lab-run', undefined], new Set(['lab-run'])]) {
        const error = thrownBy(() => choose({ filters: { excludedFunctions: names } }));
        expect(error).to.include({ code: 'invalid_options' });
        expect(error).to.have.property('message').that.contains('`filters.excludedFunctions` is a list of names');
      }
    });

    it(`${choice}: a misspelt option is refused, with those that there are`, () => {
      const error = thrownBy(() => choose({ maxAttempt: 1, filter: {} }));
      expect(error).to.include({ code: 'invalid_options' });
      expect(error)
        .to.have.property('message')
        .that.contains(`FunctionChoiceBehavior.${choice}() has no option \`maxAttempt\`, \`filter\`. There are: `)
        .and.contains('`maxAttempts`')
        .and.contains('`filters`');
    });

    it(`${choice}: what are no options, no filters or neither true nor false is refused`, () => {
      const wrong = [null, 'x', ['x'], { filters: null }, { filters: ['lab-run'] }, { filters: 'lab-run' }];
      for (const options of [...wrong, { autoInvoke: 'false' }, { parallelCalls: 0 }]) {
        expect(thrownBy(() => choose(options))).to.include({ code: 'invalid_options' });
      }
    });

    it(`${choice}: undefined counts as left out, whatever its name`, () => {
      const behavior = choose({ filters: { excludedFunctions: undefined, nope: undefined }, maxAttempt: undefined });
      expect(behavior.choice).to.equal(choice);
    });
  }

  it('a name is for `required` only', () => {
    expect(FunctionChoiceBehavior.required({ name: 'lab-run' }).requiredName).to.equal('lab-run');
    expect(thrownBy(() => FunctionChoiceBehavior.auto(untyped({ name: 'lab-run' })))).to.include({
      code: 'invalid_options',
    });
  });

  it('a name that is no text is refused', () => {
    for (const name of [null, 5, ['lab-run']]) {
      expect(thrownBy(() => FunctionChoiceBehavior.required(untyped({ name })))).to.include({
        code: 'invalid_options',
      });
    }
  });

  it('`none` takes the options of `auto`', () => {
    const options = { maxAttempts: 3, filters: { includedPlugins: ['lab'] } };
    expect(FunctionChoiceBehavior.none(options).options).to.deep.equal(options);
  });

  it('toolDefinitions() refuses misspelt filters, and what are none', () => {
    const kernel = aKernel(aModel(), { run: () => '' });
    for (const filters of [{ exludedPlugins: ['lab'] }, { excludedPlugins: 'lab' }, null, ['lab']]) {
      expect(thrownBy(() => kernel.toolDefinitions(untyped(filters)))).to.include({ code: 'invalid_options' });
    }
  });

  inBothModes('filters that are changed after they were checked are checked again', async (ask) => {
    const filters = { excludedFunctions: ['lab-run'] };
    const functions = FunctionChoiceBehavior.auto({ filters });
    Object.assign(filters, { excludedFunctions: '' });
    const error = await rejection(ask(aKernel(aModel('Done.'), { run: () => '' }), 'Go', { functions }));
    expect(error).to.include({ code: 'invalid_options' });
  });

  it('the kernel itself refuses them', () => {
    expect(thrownBy(() => new Kernel(untyped({ service: aModel() })))).to.include({
      code: 'invalid_options',
      message:
        'Kernel has no option `service`. There are: `services`, `functionNameSeparator`, `errorDetail`, `captureContent`.',
    });
    for (const options of [null, 'x', [aModel()]]) {
      expect(thrownBy(() => new Kernel(untyped(options)))).to.include({ code: 'invalid_options' });
    }
  });

  it('invoke() refuses them, and runs nothing', async () => {
    const kernel = aKernel(aModel(), { run: () => expect.fail('must not run') });
    for (const options of [{ timeout: 5 }, { arguments: { user: 'ada' } }]) {
      const error = await rejection(kernel.invoke('lab-run', {}, untyped(options)));
      expect(error).to.include({ code: 'invalid_options' });
      expect(error)
        .to.have.property('message')
        .that.contains(`A call has no option \`${Object.keys(options)[0]}\`. There are: \`signal\`, \`timeoutMs\`.`);
    }
  });
});
