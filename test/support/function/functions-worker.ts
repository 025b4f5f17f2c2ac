// What the Node.js worker of Azure Functions does with an app, in a process of its own: provides `@azure/functions-core`,
// loads the file that package.json calls `main`, and runs functions through the programming model that the app brought.
import { readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import path from 'node:path';

/** Binding of a function, as in function.json. */
export type Binding = Readonly<Record<string, unknown>> & {
  readonly name: string;
  readonly type: string;
  readonly direction: string;
};

export interface Loaded {
  readonly error?: string;
  readonly programmingModel: string;
  readonly functions: readonly { readonly name: string; readonly bindings: readonly Binding[] }[];
}

export interface Invocation {
  readonly id: number;
  readonly name: string;
  /** `RpcTypedData` of the trigger. */
  readonly data: object;
}

export interface Finished {
  /** Message of what the function threw: the host answers 500 then, and 2xx otherwise. */
  readonly error?: string;
  /** What it returned; of HTTP triggers the response. */
  readonly result?: unknown;
  readonly logs: readonly string[];
}

interface Registered {
  readonly metadata: { readonly name: string; readonly bindings: Record<string, Binding> };
  readonly callback: (...inputs: unknown[]) => unknown;
}

/** The part of the programming model of `@azure/functions` that a worker uses. */
interface ProgrammingModel {
  readonly name: string;
  readonly version: string;
  getInvocationModel(context: object): {
    getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
    invokeFunction(context: unknown, inputs: unknown[], callback: unknown): Promise<unknown>;
    getResponse(context: unknown, result: unknown): Promise<{ returnValue?: RpcTypedData }>;
  };
}

interface RpcTypedData {
  readonly json?: string;
  readonly string?: string;
  readonly http?: {
    readonly statusCode: string;
    readonly headers: Record<string, string>;
    readonly body?: { readonly bytes?: Uint8Array };
  };
}

const functions = new Map<string, Registered>();
let model: ProgrammingModel | undefined;

const core = {
  version: '3.0.0',
  hostVersion: '4.0.0',
  setProgrammingModel: (given: ProgrammingModel) => {
    model = given;
  },
  getProgrammingModel: () => model,
  registerFunction: (metadata: Registered['metadata'], callback: Registered['callback']) => {
    functions.set(metadata.name, { metadata, callback });
    return { dispose: () => functions.delete(metadata.name) };
  },
  registerHook: () => ({ dispose: () => {} }),
  log: () => {},
};

/** As `setupCoreModule` of the worker: the package exists nowhere but here. */
function provideCore(): void {
  const prototype = Module.prototype as unknown as { require: (name: string) => unknown };
  const original = prototype.require;
  prototype.require = function (this: unknown, name: string) {
    return name === '@azure/functions-core' ? core : original.call(this, name);
  };
}

async function invoke({ id, name, data }: Invocation): Promise<Finished> {
  const { metadata, callback } = functions.get(name)!;
  const trigger = Object.values(metadata.bindings).find(({ direction }) => direction === 'in')!;
  const logs: string[] = [];
  const invocation = model!.getInvocationModel({
    invocationId: String(id),
    metadata,
    request: { inputData: [{ name: trigger.name, data }], triggerMetadata: {} },
    log: (level: string, _category: string, message: string) => logs.push(`${level}: ${message}`),
  });
  try {
    const { context, inputs } = await invocation.getArguments();
    const result = await invocation.invokeFunction(context, inputs, callback);
    const { returnValue } = await invocation.getResponse(context, result);
    return { result: plain(returnValue), logs };
  } catch (error) {
    return { error: (error as Error).message, logs };
  }
}

function plain(value: RpcTypedData | undefined): unknown {
  if (value?.http !== undefined) {
    const { statusCode, headers, body } = value.http;
    return { status: Number(statusCode), headers, body: Buffer.from(body?.bytes ?? []).toString() };
  }
  return value?.json === undefined ? value?.string : JSON.parse(value.json);
}

function load(folder: string): Loaded {
  provideCore();
  const { main } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { main: string };
  createRequire(path.join(folder, 'package.json'))(path.join(folder, main));
  return {
    programmingModel: `${model?.name} ${model?.version}`,
    functions: [...functions.values()].map(({ metadata: { name, bindings } }) => ({
      name,
      bindings: Object.values(bindings),
    })),
  };
}

if (process.send !== undefined) {
  try {
    process.send(load(process.argv[2]));
  } catch (error) {
    process.send({ error: String((error as Error).stack), programmingModel: '', functions: [] });
  }
  process.on('message', async (invocation: Invocation) => {
    process.send!({ id: invocation.id, finished: await invoke(invocation) });
  });
}
