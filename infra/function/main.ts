import { fileURLToPath } from 'node:url';
import { app, type InvocationContext } from '@azure/functions';
import { deliver, type Surroundings, sweep } from '../../src/function/delivery.ts';
import { answerWebhook } from '../../src/function/webhook.ts';

// Of the package: it is bundled into dist/.
const root = fileURLToPath(new URL('..', import.meta.url));

function around(context: InvocationContext): Surroundings {
  const log = {
    info: (message: string) => context.info(message),
    warn: (message: string) => context.warn(message),
    error: (message: string) => context.error(message),
  };
  return { env: process.env, root, log };
}

// Two deliveries of one event may come at once; what it does is safe against that.
app.eventGrid('ready', { handler: (event, context) => deliver(event, around(context)) });

app.timer('sweep', {
  schedule: '0 */5 * * * *',
  handler: (_, context) => sweep(around(context)),
});

// Open to the network, if only with a key, and not needed beside `ready`: so only where it is asked for.
if (process.env.SWINPREP_WEBHOOK === '1') {
  app.http('webhook', {
    methods: ['POST', 'OPTIONS'],
    authLevel: 'function',
    handler: (request, context) => answerWebhook(request, around(context)),
  });
}
