// What an empty page says: the lines of Python that fill it. tests/ui/test_first_lines.py runs them.
import { serverUrl } from './parts';

const python = (text: string) => JSON.stringify(text);
const intro = (...imports: readonly string[]) => `import mlflow\n${imports.map(line => `${line}\n`).join('')}\nmlflow.set_tracking_uri(${python(serverUrl())})\n`;

export const pythonLines = (experiment: string): string => `${intro()}mlflow.set_experiment(${python(experiment)})
with mlflow.start_run():
    mlflow.log_param("lr", 0.01)
    mlflow.log_metric("foo", 1)`;

/** Logs to this run. */
export const linesInRun = (runId: string, line: string): string => `${intro()}with mlflow.start_run(run_id=${python(runId)}):
    ${line}`;

export const imageLines = (runId: string): string => `${intro('import numpy as np')}with mlflow.start_run(run_id=${python(runId)}):
    mlflow.log_image(np.random.rand(64, 64, 3), key="samples", step=0)`;

export const modelLines = (experiment: string): string => `${intro()}mlflow.set_experiment(${python(experiment)})
mlflow.pyfunc.log_model(name="echo", python_model=lambda model_input: model_input, input_example="hello")`;

export const modelFileLines = (modelId: string): string => `${intro()}mlflow.MlflowClient().log_model_artifacts(${python(modelId)}, "a/folder/of/yours")`;
