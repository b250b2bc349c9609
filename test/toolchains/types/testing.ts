// Every name of ./testing.
import { Kernel } from 'dynamic-sessions-kernel';
import type { ChatRequest } from 'dynamic-sessions-kernel';
import { ScriptedChatService } from 'dynamic-sessions-kernel/testing';
import type { ScriptedAnswer, ScriptedTurn } from 'dynamic-sessions-kernel/testing';
import { same } from './same.js';

const answer: ScriptedAnswer = { toolCalls: [{ name: 'math-add', arguments: { x: 1 } }] };
const turns: readonly ScriptedTurn[] = [answer, 'Done.', async (request) => `${request.messages.length} messages`];
const service = new ScriptedChatService(turns);
same<typeof service.requests, readonly ChatRequest[]>();
export const kernel = new Kernel({ services: service });
