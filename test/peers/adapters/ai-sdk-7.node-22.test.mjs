import * as ai from 'ai-7';
import { createOpenAICompatible } from 'openai-compatible-3';
import { describeAiSdk } from './ai-sdk-road.mjs';

describeAiSdk('7', { ai, createOpenAICompatible });
