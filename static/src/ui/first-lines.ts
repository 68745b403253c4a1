// What an empty page says: the lines of Python that fill it.
import { serverUrl } from './parts';

export function pythonLines(experiment: string): string {
  return `import mlflow

mlflow.set_tracking_uri(${JSON.stringify(serverUrl())})
mlflow.set_experiment(${JSON.stringify(experiment)})
with mlflow.start_run():
    mlflow.log_param("lr", 0.01)
    mlflow.log_metric("foo", 1)`;
}
