// Needs Azure: a session pool, and a host with a managed identity (Container Apps, App Service, Functions, a virtual
// machine, …) that has the role "Azure ContainerApps Session Executor" on the pool:
//   az role assignment create --role "Azure ContainerApps Session Executor" --assignee <principal id> --scope <pool id>
//   ACA_POOL_MANAGEMENT_ENDPOINT   the pool's management endpoint
//   AZURE_CLIENT_ID                the client id of a user-assigned identity; leave it out for the system-assigned one
import assert from 'node:assert/strict';
import { ManagedIdentityCredential } from '@azure/identity';
import { SessionsPythonTool, azureIdentityAuth, isSessionsError } from 'dynamic-sessions-kernel';

const clientId = process.env['AZURE_CLIENT_ID'];
const credential = clientId ? new ManagedIdentityCredential({ clientId }) : new ManagedIdentityCredential();

// One callback for the whole process: every tool that is given it shares its tokens.
const authCallback = azureIdentityAuth(credential);
const python = new SessionsPythonTool({ authCallback });
try {
  const result = await python.executeCode('import platform\nprint(platform.python_version())\n6 * 7');
  console.log(result.stdout.trim());
  assert.equal(result.value, 42);
} catch (error) {
  // `auth_failed`: there is no such identity here. `forbidden`: it lacks the role; the message has the command.
  if (isSessionsError(error)) console.error(error.code);
  throw error;
} finally {
  await python.close();
}
