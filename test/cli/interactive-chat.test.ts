import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { Conversation } from '../../src/cli/conversation.js';
import { converse } from '../../src/cli/interactive-chat.js';
import { Interruption } from '../../src/cli/interruption.js';
import { SessionsPythonTool } from '../../src/plugins/sessions-python-tool.js';
import { ScriptedChatService } from '../../src/testing/index.js';
import type { ScriptedTurn } from '../../src/testing/index.js';
import { rejectionOf } from '../helpers/rejection-of.js';

const CTRL_D = '\u0004';

/** The streams of a program on a terminal. */
function aTerminal(): Record<'stdin' | 'stdout' | 'stderr', PassThrough> {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const stderr = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  return { stdin, stdout: new PassThrough(), stderr };
}

/** All that was written to it: from Node 26 on, `read` gives one piece at a time. */
function written(stream: PassThrough): string {
  let text = '';
  for (let piece: unknown = stream.read(); piece !== null; piece = stream.read()) text += String(piece);
  return text;
}

/** A conversation whose model answers alone: its pool is never asked. */
function aConversation(turns: readonly ScriptedTurn[]): Conversation {
  const pool = { poolManagementEndpoint: 'http://127.0.0.1:9/pool', authCallback: () => 'token' };
  return new Conversation(new ScriptedChatService(turns), new SessionsPythonTool(pool));
}

describe('converse', () => {
  it('asks until Ctrl-D', async () => {
    const terminal = aTerminal();
    terminal.stdin.write('one\n\ntwo\n');
    const conversation = aConversation(['1', () => (terminal.stdin.write(CTRL_D), '2')]);
    expect(await converse(conversation, terminal)).to.equal(0);
    expect(written(terminal.stdout)).to.equal('1\n2\n');
    expect(written(terminal.stderr)).to.contain('> ');
  });

  it('waits for no more input after Ctrl-D in the middle of an answer', async () => {
    const terminal = aTerminal();
    const { stdin, stdout } = terminal;
    const answerLate = async (): Promise<string> => {
      stdin.write(CTRL_D);
      while (!stdin.isPaused()) await new Promise(setImmediate);
      return 'late';
    };
    stdin.write('one\n');
    await converse(aConversation([answerLate]), terminal);
    expect(written(stdout)).to.equal('late\n');
    expect(stdin.isPaused()).to.equal(true);
  });

  it('ends with the reason of its signal, in the middle of an answer, and answers no line that was typed ahead', async () => {
    const terminal = aTerminal();
    const controller = new AbortController();
    const reason = new Interruption('Interrupted.', 'SIGTERM');
    const neverAnswer = (): Promise<string> => {
      controller.abort(reason);
      return new Promise<string>(() => {});
    };
    terminal.stdin.write('one\ntwo\n');
    const conversation = aConversation([neverAnswer, 'of the second line']);
    expect(await rejectionOf(converse(conversation, terminal, controller.signal))).to.equal(reason);
    expect(written(terminal.stdout)).to.equal('');
    expect(written(terminal.stderr)).not.to.contain('Interrupted');
  });

  it('shows nothing that a terminal obeys of an answer, and leaves it as it is elsewhere', async () => {
    for (const isTTY of [true, false]) {
      const terminal = aTerminal();
      Object.assign(terminal.stdout, { isTTY });
      const { stdin } = terminal;
      stdin.write('one\n');
      const answer = 'red:\t\u001b[31m\u009b32m\n';
      await converse(aConversation([() => (stdin.write(CTRL_D), answer)]), terminal);
      expect(written(terminal.stdout)).to.equal(isTTY ? 'red:\t?[31m?32m\n\n' : `${answer}\n`);
    }
  });

  it('asks for nothing when its signal is aborted before', async () => {
    const terminal = aTerminal();
    const reason = new Interruption('Interrupted.', 'SIGINT');
    const ended = converse(aConversation([]), terminal, AbortSignal.abort(reason));
    expect(await rejectionOf(ended)).to.equal(reason);
    expect(written(terminal.stderr)).to.equal('');
  });
});
