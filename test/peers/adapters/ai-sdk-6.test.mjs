import * as ai from 'ai-6';
import { createOpenAICompatible } from 'openai-compatible-2';
import { describeAiSdk } from './ai-sdk-road.mjs';

describeAiSdk('6', { ai, createOpenAICompatible });
