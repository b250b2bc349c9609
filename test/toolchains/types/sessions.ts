// Every name of the root entry that is about session pools and tokens.
import {
  SessionsClient,
  SessionsNodeTool,
  SessionsPythonTool,
  SessionsShellTool,
  azureIdentityAuth,
  createTokenCache,
  deriveSessionId,
  msalAuth,
  staticAuth,
} from 'dynamic-sessions-kernel';
import type {
  AccessToken,
  AuthCallback,
  AuthContext,
  CallOptions,
  DownloadFileOptions,
  ExecuteOptions,
  ExecuteShellOptions,
  ExecutionError,
  ExecutionImage,
  ExecutionResult,
  FileOptions,
  ListFilesOptions,
  MsalAuthOptions,
  InterpreterOptions,
  Progress,
  RemoteFile,
  SavedFile,
  SessionInfo,
  SessionsClientOptions,
  SessionsNodeToolOptions,
  SessionsPythonToolOptions,
  SessionsShellToolOptions,
  SessionsToolOptions,
  TokenCache,
  TokenCacheOptions,
  UploadFileOptions,
  UploadSource,
  WaitForExecutionOptions,
} from 'dynamic-sessions-kernel';
import { same } from './same.js';

const token: AccessToken = { token: 'secret', expiresOnTimestamp: 1, refreshAfterTimestamp: 0 };
const callback: AuthCallback = async (context) => {
  same<typeof context, AuthContext>();
  same<typeof context.scope, string>();
  return context.forceRefresh ? token : 'secret';
};
const msalOptions: MsalAuthOptions = { deviceCodeCallback: ({ userCode }) => void userCode };
export const callbacks: readonly AuthCallback[] = [
  callback,
  azureIdentityAuth(),
  msalAuth({}, msalOptions),
  msalAuth({}, { onBehalfOf: async () => 'assertion' }),
  staticAuth(token),
];
const cacheOptions: TokenCacheOptions = { refreshBeforeExpiryMs: 1, now: () => 0 };
const cache: TokenCache = createTokenCache(callback, cacheOptions);
same<ReturnType<TokenCache['get']>, Promise<string>>();
cache.invalidate('secret');

const identifier = deriveSessionId(new Uint8Array(32), 'tenant', 'user');
same<typeof identifier, string>();
const clientOptions: SessionsClientOptions = { poolManagementEndpoint: 'https://pool', authCallback: callback };
const report = ({ bytes, totalBytes }: Progress): number => bytes / (totalBytes ?? bytes);

export async function useClient(signal: AbortSignal): Promise<void> {
  const client = new SessionsClient(clientOptions);
  const call: CallOptions = { identifier, signal };
  const execution: ExecuteOptions = { ...call, timeoutInSeconds: 10 };
  const shell: ExecuteShellOptions = { ...call, stdin: 'text' };
  const waiting: WaitForExecutionOptions = { ...call, pollIntervalMs: 10 };
  const result = await client.execute('1 + 1', execution);
  same<typeof result, ExecutionResult>();
  same<ExecutionResult['images'], readonly ExecutionImage[]>();
  const failure: ExecutionError | undefined = result.error;
  void [failure?.traceback, result.images[0]?.bytes.byteLength];
  await client.executeShell(['ls', '-l'], shell);
  const started = await client.startExecution('1', execution);
  await client.getExecution(started.id ?? '', call);
  await client.waitForExecution(started.id ?? '', waiting);
  const listing: ListFilesOptions = { ...call, recursive: true };
  same<Awaited<ReturnType<typeof client.listFiles>>, RemoteFile[]>();
  for (const file of await client.listFiles(listing)) same<typeof file.lastModifiedAt, Date>();
  const place: FileOptions = { ...call, directory: 'data' };
  await client.getFile('a.csv', place);
  const uploading: UploadFileOptions = { ...place, name: 'a.csv', onProgress: report };
  const sources: readonly UploadSource[] = ['a.csv', new Uint8Array(1), new Blob(['a']), new Blob(['a']).stream()];
  for (const source of sources) await client.uploadFile(source, uploading);
  const downloading: DownloadFileOptions & { to: string } = { ...place, to: 'b.csv', onProgress: report };
  same<Awaited<ReturnType<typeof toFile>>, void>();
  async function toFile(): Promise<void> {
    return client.downloadFile('a.csv', downloading);
  }
  const bytes = await client.downloadFile('a.csv', { directory: 'data' });
  same<typeof bytes.byteLength, number>();
  await client.deleteFile('a.csv', place);
  for await (const session of client.listSessions({ signal })) same<typeof session, SessionInfo>();
  same<Awaited<ReturnType<typeof client.getPoolMetadata>>, unknown>();
  await client.deleteSession(await client.getSession(call));
}

const toolOptions: SessionsToolOptions = { authCallback: callback, sessionId: 'mine', maxOutputChars: 10 };
const interpreter: InterpreterOptions = { setupCode: 'import math' };
const pythonOptions: SessionsPythonToolOptions = { ...toolOptions, ...interpreter, sanitizeInput: false };
const nodeOptions: SessionsNodeToolOptions = { ...toolOptions };
const shellOptions: SessionsShellToolOptions = { ...toolOptions, modelFunctions: ['execute_command'] };

export async function useTools(): Promise<void> {
  const python = new SessionsPythonTool(pythonOptions);
  const node = new SessionsNodeTool(nodeOptions);
  const shell = new SessionsShellTool(shellOptions);
  const results: readonly ExecutionResult[] = [
    await python.executeCode('1', 'session'),
    await node.executeCode('1'),
    await shell.executeCommand('ls'),
  ];
  same<(typeof results)[number]['stdout'], string>();
  same<Awaited<ReturnType<typeof python.listFiles>>, RemoteFile[]>();
  same<typeof python.client, SessionsClient>();
  await python.uploadFile(new Uint8Array(1), 'a.bin');
  await python.downloadFile('a.bin', 'b.bin');
  same<Awaited<ReturnType<typeof python.saveFile>>, SavedFile>();
  await python.saveFile('a.bin', 'b.bin', 'session');
  await python.restart();
  for (const tool of [python, node, shell]) await tool.close();
}
