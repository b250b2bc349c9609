import { createTokenCache } from '../auth/token-cache.js';
import { azureIdentityAuth } from '../auth/azure-identity.js';
import type { ChatService } from '../chat/chat-service.js';
import { isLoopbackHost } from '../http/loopback.js';
import { OpenAIChatCompletion } from '../openai/openai-chat-completion.js';
import type { OpenAIProfile } from '../openai/profiles.js';
import { CommandError } from './command-error.js';
import { StandInModel } from './stand-in-model.js';

/** The model of a conversation, and a line that says which it is. */
export interface ChosenModel {
  readonly service: ChatService;
  readonly note: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const OPENAI_HOST = 'api.openai.com';
const DEFAULT_OPENAI_MODEL = 'gpt-4.1';
const AZURE_OPENAI_SCOPE = 'https://ai.azure.com/.default';

// Where the habits of a server follow from its address.
const PROFILES_BY_HOST: ReadonlyMap<string, OpenAIProfile> = new Map<string, OpenAIProfile>([
  [OPENAI_HOST, 'openai'],
  ['localhost:11434', 'ollama'],
  ['127.0.0.1:11434', 'ollama'],
  ['localhost:1234', 'lmstudio'],
  ['127.0.0.1:1234', 'lmstudio'],
  ['generativelanguage.googleapis.com', 'gemini'],
  ['api.deepseek.com', 'deepseek'],
]);

/**
 * Chooses the model that the environment names: `AZURE_OPENAI_ENDPOINT`, then `OPENAI_BASE_URL`, then `OPENAI_API_KEY`.
 * Without any, the stand-in.
 *
 * @throws CommandError that names the variable that is missing or wrong
 */
export async function chooseModel(environment: Environment): Promise<ChosenModel> {
  const azureEndpoint = set(environment['AZURE_OPENAI_ENDPOINT']);
  if (azureEndpoint !== undefined) return azureModel(azureEndpoint, environment);
  const baseUrl = set(environment['OPENAI_BASE_URL']);
  const key = set(environment['OPENAI_API_KEY']);
  if (baseUrl !== undefined || key !== undefined) return openAIModel(baseUrl, key, environment);
  const note =
    'No model is configured (OPENAI_API_KEY, OPENAI_BASE_URL or AZURE_OPENAI_ENDPOINT): a stand-in runs your line as Python.';
  return { service: new StandInModel(), note };
}

async function azureModel(endpoint: string, environment: Environment): Promise<ChosenModel> {
  const model = set(environment['AZURE_OPENAI_DEPLOYMENT']) ?? set(environment['OPENAI_MODEL']);
  if (model === undefined) {
    throw new CommandError(
      'AZURE_OPENAI_ENDPOINT is set: name the deployment of your model in AZURE_OPENAI_DEPLOYMENT.',
    );
  }
  const { host, hostname, origin, protocol } = parseUrl('AZURE_OPENAI_ENDPOINT', endpoint);
  if (protocol === 'http:' && !isLoopbackHost(hostname))
    throw new CommandError(
      'AZURE_OPENAI_ENDPOINT uses http. Tokens and keys of Azure are sent over https only: write https://.',
    );
  const key = set(environment['AZURE_OPENAI_API_KEY']);
  const cache = createTokenCache(azureIdentityAuth());
  const apiKey = key ?? ((): Promise<string> => cache.get({ scope: AZURE_OPENAI_SCOPE }));
  const client = await createClient({ baseURL: `${origin}/openai/v1/`, apiKey });
  const service = new OpenAIChatCompletion({ client, model, profile: 'openai' });
  return { service, note: `Model: ${model} at ${host} (${key === undefined ? 'Entra ID' : 'API key'}).` };
}

async function openAIModel(
  baseUrl: string | undefined,
  key: string | undefined,
  environment: Environment,
): Promise<ChosenModel> {
  const host = baseUrl === undefined ? OPENAI_HOST : parseUrl('OPENAI_BASE_URL', baseUrl).host;
  const model = set(environment['OPENAI_MODEL']) ?? (host === OPENAI_HOST ? DEFAULT_OPENAI_MODEL : undefined);
  if (model === undefined)
    throw new CommandError('OPENAI_BASE_URL is set: name the model of that server in OPENAI_MODEL.');
  // Local servers want some key, and do not look at it.
  const client = await createClient({ ...(baseUrl !== undefined && { baseURL: baseUrl }), apiKey: key ?? 'none' });
  const service = new OpenAIChatCompletion({ client, model, profile: PROFILES_BY_HOST.get(host) ?? 'generic' });
  return { service, note: `Model: ${model} at ${host}.` };
}

async function createClient(options: { baseURL?: string; apiKey: string | (() => Promise<string>) }): Promise<object> {
  try {
    const { OpenAI } = await import('openai');
    return new OpenAI(options);
  } catch (error) {
    throw new CommandError('A model is configured, but the `openai` package cannot be loaded: npm install openai', {
      cause: error,
    });
  }
}

/** Without its scheme, `localhost:11434` is a URL too, of the scheme "localhost". */
function parseUrl(variable: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url;
  throw new CommandError(
    `${variable} is no web address. It looks like https://example.openai.azure.com or http://localhost:11434/v1.`,
  );
}

function set(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value.trim();
}
