// Needs Azure: a session pool, and the role "Azure ContainerApps Session Executor" on it for whoever runs this.
//   ACA_POOL_MANAGEMENT_ENDPOINT   the pool's management endpoint
//   AZURE_CLIENT_ID                only for a user-assigned managed identity
// On a laptop, `az login` is enough: DefaultAzureCredential tries it.
import assert from 'node:assert/strict';
import { DefaultAzureCredential } from '@azure/identity';
import { SessionsPythonTool, azureIdentityAuth } from 'dynamic-sessions-kernel';

const python = new SessionsPythonTool({ authCallback: azureIdentityAuth(new DefaultAzureCredential()) });
try {
  const result = await python.executeCode('import sys\nprint(sys.version)\n6 * 7');
  console.log(result.stdout.trim());
  assert.equal(result.value, 42);
} finally {
  await python.close();
}
