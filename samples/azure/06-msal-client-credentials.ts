// Needs Azure: a session pool, and an app registration that has the role "Azure ContainerApps Session Executor" on it.
//   ACA_POOL_MANAGEMENT_ENDPOINT                             the pool's management endpoint
//   AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET    the app registration
import assert from 'node:assert/strict';
import { ConfidentialClientApplication } from '@azure/msal-node';
import { SessionsPythonTool, msalAuth } from 'dynamic-sessions-kernel';

const application = new ConfidentialClientApplication({
  auth: {
    authority: `https://login.microsoftonline.com/${required('AZURE_TENANT_ID')}`,
    clientId: required('AZURE_CLIENT_ID'),
    clientSecret: required('AZURE_CLIENT_SECRET'),
  },
});
const python = new SessionsPythonTool({ authCallback: msalAuth(application) });
try {
  const result = await python.executeCode('6 * 7');
  console.log(result.value);
  assert.equal(result.value, 42);
} finally {
  await python.close();
}

function required(name: string): string {
  const value = process.env[name];
  assert.ok(value, `Set ${name}.`);
  return value;
}
