import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { malformedRequestAnswer } from './malformed-request.js';

/** The requests of each connection that are not answered yet. */
export interface Exchanges {
  begin(message: IncomingMessage, response: ServerResponse): void;
  /** What came on the connection after them is no HTTP, or did not come in time. */
  fail(socket: Duplex, code: string | undefined): void;
}

export function createExchanges(): Exchanges {
  const unanswered = new WeakMap<Duplex, Set<IncomingMessage>>();
  const failed = new WeakSet<Duplex>();
  const of = (socket: Duplex): Set<IncomingMessage> => {
    const messages = unanswered.get(socket) ?? new Set<IncomingMessage>();
    unanswered.set(socket, messages);
    return messages;
  };
  return {
    begin: (message, response) => {
      const { socket } = message;
      const messages = of(socket).add(message);
      response.once('close', () => {
        messages.delete(message);
        if (messages.size === 0 && failed.has(socket)) socket.end();
      });
    },
    fail: (socket, code) => {
      const messages = [...of(socket)];
      failed.add(socket);
      if (messages.some(({ complete }) => !complete)) socket.destroy();
      // While a request waits for its answer, this would be taken for it: that one comes first, and then the end.
      else if (messages.length === 0 && socket.writable) socket.end(malformedRequestAnswer(code));
      else if (messages.length === 0) socket.destroy();
    },
  };
}
