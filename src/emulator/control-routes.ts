import type { IncomingMessage } from 'node:http';
import type { Answer } from './answer.js';
import type { RequestGate } from './request-gate.js';
import { invalidRequest } from './service-failure.js';

export interface ControlRouteOptions {
  readonly gate: RequestGate;
  /** Facts for a person who looks; none of them a secret. */
  readonly state: () => { readonly ready: boolean } & Readonly<Record<string, unknown>>;
  readonly requests: () => unknown;
  readonly reset: () => Promise<void>;
}

/** The emulator's own routes, below `/_emulator`. They are not part of the service. */
export type ControlRoutes = (message: IncomingMessage, name: string) => Promise<Answer>;

export function createControlRoutes({ gate, state, requests, reset }: ControlRouteOptions): ControlRoutes {
  return async (message, name) => {
    switch (`${message.method} ${name}`) {
      case 'GET alive':
        return { type: 'json', status: 200, body: { status: 'alive' } };
      case 'GET health': {
        const body = state();
        return { type: 'json', status: body.ready ? 200 : 503, body };
      }
      case 'GET requests':
        await gate.checkControl(message);
        return { type: 'json', status: 200, body: { value: requests() } };
      case 'POST reset':
        await gate.checkControl(message);
        await reset();
        return { type: 'empty', status: 204 };
      default:
        throw invalidRequest('The emulator has GET alive, GET health, GET requests and POST reset below /_emulator.');
    }
  };
}
