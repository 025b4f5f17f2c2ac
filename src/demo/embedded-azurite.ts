import { createRequire } from 'node:module';

export interface Azurite {
  /** `http://127.0.0.1:PORT/devstoreaccount1`, to which a container and a prefix are joined. */
  readonly url: string;
  /** Stops the server and forgets all it held. */
  close(): Promise<void>;
}

interface BlobServer {
  start(): Promise<void>;
  close(): Promise<void>;
  getHttpServerAddress(): string;
}

// The package ships no types; these are the parts used (version 3.37).
interface AzuriteModules {
  readonly BlobServer: new (configuration: object) => BlobServer;
  readonly BlobConfiguration: new (...settings: unknown[]) => object;
  readonly MemoryExtentChunkStore: new (sizeLimitBytes: number) => object;
  readonly sizeLimitBytes: number;
}

const KEEP_ALIVE_SECONDS = 60;

/**
 * Starts Microsoft's Blob Storage emulator inside this process on a free port of 127.0.0.1: in memory (at most half of
 * the machine's), silent, no telemetry, nothing on disk. Throws where the package is not installed.
 */
export async function startAzurite(): Promise<Azurite> {
  const { BlobServer, BlobConfiguration, MemoryExtentChunkStore, sizeLimitBytes } = loadAzurite();
  const configuration = new BlobConfiguration(
    ...['127.0.0.1', 0, KEEP_ALIVE_SECONDS],
    ...['', '', []], // metadata, extent metadata and extents: no files
    ...[false, undefined, false, undefined], // access log, its stream, debug log, its file
    ...[false, false, '', '', '', undefined, false], // loose, skipApiVersionCheck, cert, key, pwd, oauth, disableProductStyleUrl
    ...[true, new MemoryExtentChunkStore(sizeLimitBytes)],
  );
  const server = new BlobServer(configuration);
  await server.start();
  return { url: `${server.getHttpServerAddress()}/devstoreaccount1`, close: () => server.close() };
}

const require = createRequire(import.meta.url);

/** Azurite is a development package: it is not there where swinprep was installed as one. */
export function isAzuriteInstalled(): boolean {
  try {
    require.resolve('azurite/package.json');
    return true;
  } catch {
    return false;
  }
}

function loadAzurite(): AzuriteModules {
  const chunks = require('azurite/dist/src/common/persistence/MemoryExtentStore.js');
  return {
    BlobServer: require('azurite/dist/src/blob/BlobServer.js').default,
    BlobConfiguration: require('azurite/dist/src/blob/BlobConfiguration.js').default,
    MemoryExtentChunkStore: chunks.MemoryExtentChunkStore,
    sizeLimitBytes: chunks.DEFAULT_EXTENT_MEMORY_LIMIT,
  };
}
