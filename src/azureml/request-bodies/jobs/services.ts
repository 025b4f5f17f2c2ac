import type { Services } from '../../yaml/settings/services.ts';
import { emptyToNothing } from './job-values.ts';

const TYPES: Readonly<Record<string, string>> = {
  jupyter_lab: 'JupyterLab',
  ssh: 'SSH',
  tensor_board: 'TensorBoard',
  vs_code: 'VSCode',
};

/** Services of a job of a pipeline. azure-ai-ml sends no type of those that are not its own. */
export function servicesBody(services: Services) {
  return mapped(services, (service) => ({
    job_service_type: TYPES[service.type ?? ''],
    port: service.port,
    nodes: service.nodes && { nodes_value_type: 'All' },
    properties: propertiesOf(service),
  }));
}

/** The same of the pipeline itself, whose keys are in camelCase. */
export function pipelineServicesBody(services: Services) {
  return mapped(services, (service) => ({
    jobServiceType: TYPES[service.type ?? ''],
    port: service.port,
    nodes: service.nodes && { nodesValueType: 'All' },
    properties: propertiesOf(service),
  }));
}

function mapped<T>(services: Services, body: (service: Services[string]) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(services).map(([name, service]) => [name, body(service)]));
}

function propertiesOf(service: Services[string]) {
  return emptyToNothing({
    ...service.properties,
    ...('ssh_public_keys' in service && { sshPublicKeys: service.ssh_public_keys }),
    ...('log_dir' in service && { logDir: service.log_dir }),
  });
}
