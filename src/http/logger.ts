import { type AzureLogger, createClientLogger } from '@azure/logger';

let logger: AzureLogger | undefined;

/**
 * The log of this library, in the manner of the Azure libraries: silent unless `AZURE_LOG_LEVEL` or `setLogLevel` says
 * otherwise. Lines name operations, statuses and times; never a token, an identifier, an address, code or content.
 */
export function log(): AzureLogger {
  return (logger ??= createClientLogger('dynamic-sessions'));
}
