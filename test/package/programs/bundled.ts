// A program that is bundled into one file, and run where there is no node_modules.
import { azureIdentityAuth, Kernel, kernelFunction, SessionsClient } from 'dynamic-sessions-kernel';
import { ScriptedChatService } from 'dynamic-sessions-kernel/testing';

class Numbers {
  @kernelFunction({ name: 'double', parameters: { n: { type: 'integer' } } })
  double(n: number): number {
    return 2 * n;
  }
}

const kernel = new Kernel({ services: new ScriptedChatService(['hello']) });
const plugin = kernel.addPlugin(new Numbers(), 'numbers');
const { value } = await kernel.invoke(plugin['double'], { n: 21 });

// Nothing listens there: that the client says so shows that HTTP is in the bundle.
const client = new SessionsClient({
  poolManagementEndpoint: 'http://127.0.0.1:9/pool',
  authCallback: () => 'token',
  identifier: 'bundled-session',
  retries: 0,
});
const refused = await client.listFiles().catch((error: { code: string }) => error.code);

// Loaded on first use, from the bundle or from beside it.
const identity = await azureIdentityAuth()({ scope: 'https://example.invalid/.default', forceRefresh: false }).then(
  () => 'token',
  (error: { code: string; message: string }) => `${error.code} ${/EnvironmentCredential/.test(error.message)}`,
);
console.log(value, refused, identity);
