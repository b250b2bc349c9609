export { ScriptedChatService } from './scripted-chat-service.js';
export type { ScriptedAnswer, ScriptedTurn } from './scripted-chat-service.js';
