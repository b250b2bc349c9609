import { expect } from 'chai';
import { StandInModel } from '../../src/cli/stand-in-model.js';
import { readExecutionError } from '../../src/sessions/python-error.js';

describe('StandInModel', () => {
  const answerTo = async (content: string): Promise<unknown> => {
    const message = { role: 'tool', content, toolCallId: 'call_1', name: 'python-execute_code' } as const;
    return (await new StandInModel().complete({ messages: [message] })).message.content;
  };

  it('names flags in what goes wrong, and leaves what code printed as it is', async () => {
    expect(await answerTo('Error: Check `apiVersion` and the kind of the pool.')).to.equal(
      'Error: Check --api-version and the kind of the pool.',
    );
    const { name, message } = readExecutionError('Request timed out waiting for code execution to complete', 100);
    expect(await answerTo(`Status: Failed\n${name}: ${message}`))
      .to.contain('or give it to exec with a longer --timeout (220 at most)')
      .and.not.contain('`');
    expect(await answerTo('Status: Succeeded\nStdout:\nError: `apiVersion`')).to.equal('Error: `apiVersion`');
  });
});
